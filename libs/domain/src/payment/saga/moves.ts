import { invariant } from '../../primitives/invariant.ts';
import type { Decline } from '../payment.ts';
import { stepOf } from './definition.ts';
import type { Saga, SagaCommand, SagaTransition } from './saga.ts';
import type { CallStep, Deed, Move } from './step-definition.ts';

/** Goes to the step, does what belongs to the move, and begins what the step begins with. */
export function move(saga: Saga, { to, does }: Move, decline?: Decline): SagaTransition {
  const before = does.map((deed) => commandOf(deed, decline));
  const arrived: Saga = { ...saga, step: to, tries: 0, checks: 0 };
  const next = stepOf(saga.version, saga.kind, to);
  switch (next?.is) {
    case 'call': {
      const begun = attempt(arrived, next, 0);
      return { saga: begun.saga, commands: [...before, ...begun.commands] };
    }
    case 'customer':
    case 'watch': {
      const begun = checkIn(arrived, next.checkPausesMs[0], true);
      return { saga: begun.saga, commands: [...before, ...begun.commands] };
    }
    case 'hold':
      return { saga: arrived, commands: [...before, { type: 'wait_for_expiry', afterMs: null }] };
    case 'risk':
    case 'review':
    case undefined:
      return { saga: arrived, commands: before };
  }
}

function commandOf(deed: Deed, decline: Decline | undefined): SagaCommand {
  if (typeof deed === 'object') return { type: 'fail_payment', reason: deed.fail_payment };
  switch (deed) {
    case 'decline_payment':
      invariant(decline !== undefined, 'a payment is declined by a decline');
      return { type: deed, decline };
    case 'refuse_capture':
    case 'refuse_void':
    case 'refuse_refund':
    case 'refuse_increase':
      invariant(decline !== undefined, 'an operation is refused by a decline');
      return { type: deed, declineCode: decline.code };
    default:
      return { type: deed };
  }
}

export function attempt(saga: Saga, { operation }: CallStep, afterMs: number): SagaTransition {
  return {
    saga: { ...saga, tries: saga.tries + 1, checks: 0 },
    commands: [{ type: 'attempt', operation, afterMs }],
  };
}

/** At once and within the same try. */
export function attemptElsewhere(saga: Saga, { operation }: CallStep): SagaTransition {
  return { saga: { ...saga, checks: 0 }, commands: [{ type: 'attempt', operation, afterMs: 0 }] };
}

export function checkIn(saga: Saga, afterMs: number, known: boolean): SagaTransition {
  return { saga: { ...saga, checks: saga.checks + 1 }, commands: [{ type: 'check', afterMs, known }] };
}

/** The last pause repeats. */
export function pauseOf(pausesMs: readonly [number, ...number[]], index: number): number {
  return pausesMs[Math.min(Math.max(index, 0), pausesMs.length - 1)] ?? pausesMs[0];
}

export function callPerson(saga: Saga, reason: string): SagaTransition {
  return { saga: { ...saga, step: 'needs_person', stuckAt: saga.step }, commands: [{ type: 'call_a_person', reason }] };
}

export function unchanged(saga: Saga): SagaTransition {
  return { saga, commands: [] };
}
