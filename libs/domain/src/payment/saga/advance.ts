import type { AttemptOperation } from '../attempt.ts';
import type { CaptureMethod, Decline } from '../payment.ts';
import { afterCall, doAnew, sendAgain, tryLater } from './calling.ts';
import { sagaDefinitionVersion, stepOf } from './definition.ts';
import { callPerson, checkIn, move, pauseOf, unchanged } from './moves.ts';
import type { CallEvent, Saga, SagaEvent, SagaKind, SagaTransition } from './saga.ts';
import type { CustomerStep, HoldStep, WatchStep } from './step-definition.ts';

/** What the saga's step asks of the acquirer; undefined for a step that calls nobody. */
export function operationOf({ version, kind, step }: Saga): AttemptOperation | undefined {
  const definition = stepOf(version, kind, step);
  return definition?.is === 'call' ? definition.operation : undefined;
}

/** The first transition of a new payment: wait for the risk answer. */
export function beginCharge(captureMethod: CaptureMethod): Saga {
  return { ...unborn('charge', captureMethod), step: 'awaiting_risk' };
}

const firstSteps = {
  capture: 'capturing',
  void: 'voiding',
  refund: 'refunding',
  increase: 'increasing',
  reversal: 'reversing',
} as const;

/** The first transition of a saga that somebody's request, or a late approval, starts. */
export function beginOperation(kind: Exclude<SagaKind, 'charge'>, captureMethod: CaptureMethod): SagaTransition {
  return move(unborn(kind, captureMethod), { to: firstSteps[kind], does: [] });
}

function unborn(kind: SagaKind, captureMethod: CaptureMethod): Saga {
  return {
    kind,
    step: 'ended',
    version: sagaDefinitionVersion,
    captureMethod,
    tries: 0,
    checks: 0,
    softRetries: 0,
    stuckAt: null,
  };
}

/**
 * The whole saga: `(state, event) → (state, commands)`, by the definition that it was born with. An event that comes too
 * late or twice changes nothing and commands nothing.
 */
export function advance(saga: Saga, event: SagaEvent): SagaTransition {
  if (event.type === 'settled_by_hand') return afterPerson(saga, event);
  const step = stepOf(saga.version, saga.kind, saga.step);
  switch (step?.is) {
    case undefined:
      return unchanged(saga);
    case 'risk':
      return isRiskEvent(event) ? move(saga, step[decisionOf(event)]) : unchanged(saga);
    case 'review':
      if (event.type === 'review_decided') return move(saga, step[event.decision]);
      return event.type === 'withdrawn' ? move(saga, { to: 'ended', does: [] }) : unchanged(saga);
    case 'hold':
      return whileHolding(saga, step, event);
    case 'call':
      if (event.type === 'no_acquirer') return tryLater(saga, step, event.patienceMs);
      return isCallEvent(event) ? afterCall(saga, step, event) : unchanged(saga);
    case 'customer':
      return isCallEvent(event) ? withCustomer(saga, step, event) : unchanged(saga);
    case 'watch':
      return isCallEvent(event) ? whileWatching(saga, step, event) : unchanged(saga);
  }
}

/** What a person found out goes on as if the acquirer had said it at the step that is stuck. */
function afterPerson(saga: Saga, { outcome, reason }: Extract<SagaEvent, { type: 'settled_by_hand' }>): SagaTransition {
  const freed: Saga = { ...saga, step: saga.stuckAt ?? saga.step, stuckAt: null };
  const step = stepOf(freed.version, freed.kind, freed.step);
  if (step?.is !== 'call' && step?.is !== 'customer' && step?.is !== 'watch') return unchanged(saga);
  switch (outcome) {
    case 'approved':
      return advance(freed, { type: 'approved' });
    case 'declined': {
      const decline: Decline = { code: 'generic_decline', message: reason, retryable: false, source: 'acquirer' };
      return advance(freed, { type: 'declined', decline, elsewhere: false });
    }
    case 'not_done':
      if (step.is === 'watch') return move(freed, step.over);
      if (step.is === 'customer') return move(freed, step.late);
      if (step.notDone !== 'send_again') return move(freed, step.notDone);
      // As long as the schedule goes on, we may have sent it since the person looked: under its own key it is done once.
      return saga.stuckAt === null ? sendAgain(saga, step) : doAnew(freed, step);
    case 'release':
      // What the acquirer approved after we had given up is given back whatever the amount.
      if (step.is === 'watch') return move(freed, step.approved);
      return step.release === undefined ? unchanged(saga) : move(freed, step.release);
  }
}

type RiskEvent = Extract<SagaEvent, { type: 'risk_answered' | 'risk_silent' }>;

function isRiskEvent(event: SagaEvent): event is RiskEvent {
  return event.type === 'risk_answered' || event.type === 'risk_silent';
}

function decisionOf(event: RiskEvent): 'allow' | 'review' | 'block' {
  if (event.type === 'risk_silent') return event.withinFloor ? 'allow' : 'review';
  // Which card is challenged is the acquirer's choice as yet: a wish of ours for a challenge is a wish for a person.
  return event.decision === 'challenge' ? 'review' : event.decision;
}

const callEvents: readonly SagaEvent['type'][] = [
  'approved',
  'declined',
  'action_required',
  'not_sent',
  'contact_lost',
  'nothing_found',
  'contradicted',
] satisfies readonly CallEvent['type'][];

function isCallEvent(event: SagaEvent): event is CallEvent {
  return callEvents.includes(event.type);
}

function withCustomer(saga: Saga, step: CustomerStep, event: CallEvent): SagaTransition {
  switch (event.type) {
    case 'approved':
      return move(saga, step.approved[saga.captureMethod]);
    case 'declined':
      return move(saga, step.declined, event.decline);
    case 'contradicted':
      return callPerson(saga, event.reason);
    case 'action_required':
      if (event.late) return move(saga, step.late);
      break;
    case 'not_sent':
    case 'contact_lost':
    case 'nothing_found':
      break;
  }
  if (saga.checks >= step.checksMax) return callPerson(saga, 'the acquirer cannot be asked what the customer did');
  return checkIn(saga, pauseOf(step.checkPausesMs, saga.checks), true);
}

function whileWatching(saga: Saga, step: WatchStep, event: CallEvent): SagaTransition {
  switch (event.type) {
    case 'approved':
      return move(saga, step.approved);
    case 'declined':
      return move(saga, step.declined);
    case 'contradicted':
      return callPerson(saga, event.reason);
    case 'action_required':
    case 'not_sent':
    case 'contact_lost':
    case 'nothing_found':
      if (saga.checks < step.checkPausesMs.length) return checkIn(saga, pauseOf(step.checkPausesMs, saga.checks), true);
      return event.type === 'contact_lost'
        ? callPerson(saga, 'the acquirer could not be asked whether it took the money after all')
        : move(saga, step.over);
  }
}

function whileHolding(saga: Saga, step: HoldStep, event: SagaEvent): SagaTransition {
  if (event.type !== 'hold_over' && event.type !== 'hold_ended') return unchanged(saga);
  switch (event.rest) {
    case 'none':
      return move(saga, { to: 'ended', does: [] });
    case 'busy':
      // Whoever is at it hears from the acquirer itself that the hold has ended.
      return { saga: { ...saga }, commands: [{ type: 'wait_for_expiry', afterMs: step.busyPauseMs }] };
    case 'open':
      return move(saga, event.type === 'hold_over' ? step.over : step.ended);
  }
}
