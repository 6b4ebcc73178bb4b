import { z } from 'zod';

/** What acquirers are called for, each with a breaker of its own; `find` asks what became of a call, `evidence` is for disputes. */
export const guardedOperations = ['authorize', 'increase', 'capture', 'void', 'refund', 'find', 'evidence'] as const;
export type GuardedOperation = (typeof guardedOperations)[number];

const breakerStates = ['closed', 'half_open', 'open', 'held_open'] as const;
/** `held_open`: by a person, until a person closes it. */
export type BreakerState = (typeof breakerStates)[number];

/**
 * What goes with `hints.breakerChanged`. `opened`: on the evidence of the process of this name, for the others to be careful
 * as well; `override`: a person holds one open or no longer, and the table tells which.
 */
export const breakerHint = z.discriminatedUnion('change', [
  z.object({
    change: z.literal('opened'),
    process: z.string(),
    acquirer: z.string(),
    operation: z.enum(guardedOperations),
  }),
  z.object({ change: z.literal('override') }),
]);
export type BreakerHint = z.infer<typeof breakerHint>;

/** An acquirer as one process of the orchestrator sees it. */
export interface AcquirerView {
  readonly name: string;
  readonly operations: readonly {
    readonly operation: GuardedOperation;
    readonly breaker: BreakerState;
    readonly since: string;
    readonly recentFailures: number;
    /** Why a call would not be made now; null when it would. */
    readonly refusedBecause: string | null;
  }[];
}
