import type { Acquirer } from '../../../apps/orchestrator/src/acquirers/acquirer.ts';
import type { AttemptId, AttemptOperation, DeclineCode, Ids } from '#domain';

/**
 * `silent`: never answered, nothing done. `done_unanswered`: done and never answered. `garbage`: done, and answered with
 * what nobody agreed to. `turned_away`: the acquirer promises that nothing was done.
 */
export type Trouble = 'silent' | 'done_unanswered' | 'garbage' | 'turned_away';

/** A payment that will meet trouble: the card to authorize it with, and what to do around the call that meets it. */
export interface Arranged {
  readonly cardToken: string;
  begin(): Promise<void>;
  end(): Promise<void>;
}

export interface SignedCallback {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** An acquirer that runs, with its connector. */
export interface Running {
  readonly acquirer: Acquirer;
  /** The same connector in another process: it knows nothing of what this one asked. */
  readonly elsewhere: Acquirer;
  /** The same connector where nobody listens. */
  readonly unreachable: Acquirer;
  /** Keys that carry the acquirer's time: a connector may look around the time that a key names. */
  readonly ids: Ids;
  arrange(operation: AttemptOperation, trouble: Trouble): Arranged;
  /** What was really done under the key, in minor units; null when nothing was. A void moves nothing that is named. */
  truth(key: AttemptId): Promise<bigint | null>;
  /** Lets the acquirer's delay pass after which it tells whatever it knows. */
  letItBeFound(): void;
  timePasses(ms: number): void;
  answerChallenge(redirectUrl: string, answer: 'accept' | 'refuse'): Promise<void>;
  /** The latest callback that is about the attempt, as it was posted. */
  callbackAbout(key: AttemptId): Promise<SignedCallback>;
  /** What the acquirer tells when the customer's bank takes the captured money back. */
  opensDispute(authorization: string): Promise<SignedCallback>;
  /** What it tells when the bank has read the evidence. */
  decidesDispute(dispute: string): Promise<SignedCallback>;
  stop(): Promise<void>;
}

/** How an acquirer is started, and the cards that meet what everybody's cards can meet. */
export interface Connector {
  readonly name: string;
  readonly troubles: Readonly<Record<AttemptOperation, readonly Trouble[]>>;
  readonly declines: readonly (readonly [cardToken: string, code: DeclineCode])[];
  readonly wrongAmountCard: string;
  start(): Promise<Running>;
}
