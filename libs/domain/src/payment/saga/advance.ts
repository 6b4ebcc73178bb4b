import { invariant } from '../../primitives/invariant.ts';
import type { AttemptOperation } from '../attempt.ts';
import type { CaptureMethod, Decline } from '../payment.ts';
import { sagaDefinitionVersion, stepOf } from './definition.ts';
import type { CallEvent, Saga, SagaCommand, SagaEvent, SagaKind, SagaTransition } from './saga.ts';
import type { CallStep, CustomerStep, Deed, HoldStep, Move, WatchStep } from './step-definition.ts';

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

/** What was surely not done, and what nobody sends any more, is done once more with a key of its own. */
function doAnew(saga: Saga, step: CallStep): SagaTransition {
  const again = attempt({ ...saga, tries: 0 }, step, 0);
  return { saga: again.saga, commands: [{ type: 'abandon_attempt' }, ...again.commands] };
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

function afterCall(saga: Saga, step: CallStep, event: CallEvent): SagaTransition {
  switch (event.type) {
    case 'approved':
      return move(saga, approvedMove(step, saga.captureMethod));
    case 'declined':
      return afterDecline(saga, step, event);
    case 'action_required':
      return step.actionRequired === undefined
        ? callPerson(saga, 'the acquirer asks for the customer where nobody is there to act')
        : move(saga, step.actionRequired);
    case 'not_sent':
      return event.elsewhere && step.elsewhere ? attemptElsewhere(saga, step) : tryLater(saga, step, event.patienceMs);
    case 'contact_lost':
      return check(saga, step);
    case 'nothing_found':
      return afterNothingFound(saga, step, event.heardTimeout);
    case 'contradicted':
      return callPerson(saga, event.reason);
  }
}

function approvedMove({ approved }: CallStep, captureMethod: CaptureMethod): Move {
  return 'to' in approved ? approved : approved[captureMethod];
}

/** Codes by which acquirers say that the hold has ended by itself, or has been ended before. */
const goneCodes: readonly string[] = ['authorization_expired', 'authorization_voided', 'authentication_expired'];

/** A challenge that the customer has refused by the time that it is called off has never held anything. */
function isGone({ step }: Saga, { code }: Decline): boolean {
  return goneCodes.includes(code) || (step === 'calling_off' && code === 'authentication_failed');
}

function afterDecline(saga: Saga, step: CallStep, event: Extract<CallEvent, { type: 'declined' }>): SagaTransition {
  const { decline, elsewhere } = event;
  if (step.holdGone !== undefined && isGone(saga, decline)) return move(saga, step.holdGone, decline);
  if (decline.retryable && elsewhere && saga.softRetries < step.softRetriesMax) {
    return attemptElsewhere({ ...saga, softRetries: saga.softRetries + 1 }, step);
  }
  return step.declined === 'person'
    ? callPerson(saga, `the acquirer refuses: ${decline.code}`)
    : move(saga, step.declined, decline);
}

/** The same operation once more after a pause, as often as the step allows. */
function tryLater(saga: Saga, step: CallStep, patienceMs: number): SagaTransition {
  const over = step.triesMax === 'patience' ? waitedMs(saga, step) >= patienceMs : saga.tries >= step.triesMax;
  if (!over) return attempt(saga, step, pauseOf(step.resendPausesMs, saga.tries - 1));
  return step.neverSent === 'person'
    ? callPerson(saga, `the acquirer could not be reached ${saga.tries} times`)
    : move(saga, step.neverSent);
}

/** The pauses so far: time in line, by the step's own measure rather than a clock's. */
function waitedMs({ tries }: Saga, { resendPausesMs }: CallStep): number {
  let waited = 0;
  for (let earlier = 0; earlier < tries - 1; earlier += 1) waited += pauseOf(resendPausesMs, earlier);
  return waited;
}

function afterNothingFound(saga: Saga, step: CallStep, heardTimeout: boolean): SagaTransition {
  // A process died between writing the attempt down and hearing of it. The key makes sending it once more harmless.
  if (!heardTimeout) return sendAgain(saga, step);
  if (saga.checks < step.nothingFoundMax) return check(saga, step);
  return step.notDone === 'send_again' ? sendAgain(saga, step) : move(saga, step.notDone);
}

/** A customer waits for the answer: three calls with one key are enough to know that it does not come. */
const sameKeyTriesMax = 3;

function sendAgain(saga: Saga, step: CallStep): SagaTransition {
  const triesMax = step.triesMax === 'patience' ? sameKeyTriesMax : step.triesMax;
  if (saga.tries >= triesMax) return callPerson(saga, `no outcome after ${saga.tries} calls`);
  return { saga: { ...saga, tries: saga.tries + 1, checks: 0 }, commands: [{ type: 'send_again' }] };
}

function check(saga: Saga, step: CallStep): SagaTransition {
  if (saga.checks >= step.checksMax) return callPerson(saga, `nobody knows the outcome after ${saga.checks} checks`);
  return checkIn(saga, pauseOf(step.checkPausesMs, saga.checks), false);
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

/** Goes to the step, does what belongs to the move, and begins what the step begins with. */
function move(saga: Saga, { to, does }: Move, decline?: Decline): SagaTransition {
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

function attempt(saga: Saga, { operation }: CallStep, afterMs: number): SagaTransition {
  return {
    saga: { ...saga, tries: saga.tries + 1, checks: 0 },
    commands: [{ type: 'attempt', operation, afterMs }],
  };
}

/** At once and within the same try. */
function attemptElsewhere(saga: Saga, { operation }: CallStep): SagaTransition {
  return { saga: { ...saga, checks: 0 }, commands: [{ type: 'attempt', operation, afterMs: 0 }] };
}

function checkIn(saga: Saga, afterMs: number, known: boolean): SagaTransition {
  return { saga: { ...saga, checks: saga.checks + 1 }, commands: [{ type: 'check', afterMs, known }] };
}

/** The last pause repeats. */
function pauseOf(pausesMs: readonly [number, ...number[]], index: number): number {
  return pausesMs[Math.min(Math.max(index, 0), pausesMs.length - 1)] ?? pausesMs[0];
}

function callPerson(saga: Saga, reason: string): SagaTransition {
  return { saga: { ...saga, step: 'needs_person', stuckAt: saga.step }, commands: [{ type: 'call_a_person', reason }] };
}

function unchanged(saga: Saga): SagaTransition {
  return { saga, commands: [] };
}
