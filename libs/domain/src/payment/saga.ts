import { invariant } from '../primitives/invariant.ts';
import type { AttemptOperation } from './attempt.ts';
import type { CaptureMethod, Decline } from './payment.ts';

/**
 * What drives a payment through its outside calls. `charge` runs from creation to the first rest; the others are one
 * operation that a merchant asked for. Running sagas keep the definition version that they were born with.
 */
export const sagaDefinitionVersion = 1;

export type SagaKind = 'charge' | 'capture' | 'void' | 'refund';
export type SagaStep =
  | 'awaiting_risk'
  | 'in_review'
  | 'authorizing'
  | 'capturing'
  | 'releasing'
  | 'voiding'
  | 'refunding'
  | 'ended'
  | 'needs_person';

export interface Saga {
  readonly kind: SagaKind;
  readonly step: SagaStep;
  readonly captureMethod: CaptureMethod;
  /** How often the operation of this step has been sent or tried to be sent. */
  readonly tries: number;
  /** How often the acquirer has been asked what became of the current attempt. */
  readonly checks: number;
}

export type SagaEvent =
  | { readonly type: 'risk_answered'; readonly decision: 'allow' | 'review' | 'challenge' | 'block' }
  | { readonly type: 'risk_silent'; readonly withinFloor: boolean }
  | { readonly type: 'review_decided'; readonly decision: 'allow' | 'block' }
  | { readonly type: 'withdrawn' }
  | { readonly type: 'approved' }
  | { readonly type: 'declined'; readonly decline: Decline }
  | { readonly type: 'not_sent' }
  | { readonly type: 'contact_lost' }
  /** The acquirer says that it knows nothing of the attempt. `heardTimeout`: our own call ran into its deadline. */
  | { readonly type: 'nothing_found'; readonly heardTimeout: boolean }
  /** The acquirer's answer contradicts what was asked (another amount, for example). */
  | { readonly type: 'contradicted'; readonly reason: string };

export type SagaCommand =
  | { readonly type: 'send_to_review' }
  | { readonly type: 'pass_review' }
  | { readonly type: 'decline_for_risk' }
  | { readonly type: 'authorize_payment' }
  | { readonly type: 'decline_payment'; readonly decline: Decline }
  | { readonly type: 'fail_payment'; readonly reason: string }
  | { readonly type: 'begin_automatic_capture' }
  | { readonly type: 'complete_capture' }
  | { readonly type: 'refuse_capture'; readonly declineCode: string }
  | { readonly type: 'complete_void' }
  | { readonly type: 'refuse_void'; readonly declineCode: string }
  | { readonly type: 'complete_refund' }
  | { readonly type: 'refuse_refund'; readonly declineCode: string }
  /** A new attempt with a new key, now or after a pause. */
  | { readonly type: 'attempt'; readonly operation: AttemptOperation; readonly afterMs: number }
  /** The same attempt with the same key once more. */
  | { readonly type: 'send_again' }
  /** Ask the acquirer what became of the attempt. */
  | { readonly type: 'check'; readonly afterMs: number }
  | { readonly type: 'call_a_person'; readonly reason: string };

export interface SagaTransition {
  readonly saga: Saga;
  readonly commands: readonly SagaCommand[];
}

/** Pauses before a surely unsent operation is tried again. Short ones first: most refusals to connect are a restart. */
const resendPausesMs = [200, 1_000, 5_000, 30_000, 120_000] as const;
/** Before the capture a customer is waiting: three tries in about a second, then give up with nothing taken. */
const authorizationTriesMax = 3;
/** After the pivot there is only forward; this many tries (over ten minutes) before a person is called. */
const forwardTriesMax = 8;
/**
 * When to ask what became of a lost call. An acquirer shows an operation within 2 s; the second look at 12 s lies beyond
 * the latest appearance that acquirers document (10 s), so what is not there then was not done.
 */
const checkPausesMs = [2_000, 10_000] as const;

/** An acquirer that cannot even be asked for an hour (one question in ten seconds) is somebody's business. */
const checksMax = 360;

const operationOfStep = {
  authorizing: 'authorize',
  capturing: 'capture',
  releasing: 'void',
  voiding: 'void',
  refunding: 'refund',
} as const satisfies Partial<Record<SagaStep, AttemptOperation>>;

type CallingStep = keyof typeof operationOfStep;

function isCalling(step: SagaStep): step is CallingStep {
  return step in operationOfStep;
}

/** What the step asks of the acquirer; undefined for a step that calls nobody. */
export function operationOf(step: SagaStep): AttemptOperation | undefined {
  return isCalling(step) ? operationOfStep[step] : undefined;
}

/** The first transition of a saga that a merchant's request starts. */
export function beginOperation(kind: Exclude<SagaKind, 'charge'>, captureMethod: CaptureMethod): SagaTransition {
  const step = ({ capture: 'capturing', void: 'voiding', refund: 'refunding' } as const)[kind];
  return start({ kind, step, captureMethod, tries: 0, checks: 0 }, step, []);
}

/** The first transition of a new payment: wait for the risk answer. */
export function beginCharge(captureMethod: CaptureMethod): Saga {
  return { kind: 'charge', step: 'awaiting_risk', captureMethod, tries: 0, checks: 0 };
}

/**
 * The whole saga: `(state, event) → (state, commands)`. An event that comes too late or twice changes nothing and
 * commands nothing.
 */
export function advance(saga: Saga, event: SagaEvent): SagaTransition {
  switch (event.type) {
    case 'risk_answered':
    case 'risk_silent':
      return saga.step === 'awaiting_risk' ? afterRisk(saga, event) : unchanged(saga);
    case 'review_decided':
      if (saga.step !== 'in_review') return unchanged(saga);
      return event.decision === 'allow'
        ? start(saga, 'authorizing', [{ type: 'pass_review' }])
        : end(saga, [{ type: 'decline_for_risk' }]);
    case 'withdrawn':
      return saga.step === 'in_review' ? end(saga, []) : unchanged(saga);
    default:
      return isCalling(saga.step) ? afterCall(saga, saga.step, event) : unchanged(saga);
  }
}

function afterRisk(saga: Saga, event: Extract<SagaEvent, { type: 'risk_answered' | 'risk_silent' }>): SagaTransition {
  const decision = event.type === 'risk_silent' ? (event.withinFloor ? 'allow' : 'review') : event.decision;
  switch (decision) {
    case 'allow':
      return start(saga, 'authorizing', []);
    case 'block':
      return end(saga, [{ type: 'decline_for_risk' }]);
    // Without a challenge step yet, a wish for one is a wish for a person.
    case 'challenge':
    case 'review':
      return { saga: { ...saga, step: 'in_review' }, commands: [{ type: 'send_to_review' }] };
  }
}

type CallEvent = Exclude<
  SagaEvent,
  { type: 'risk_answered' } | { type: 'risk_silent' } | { type: 'review_decided' } | { type: 'withdrawn' }
>;

function afterCall(saga: Saga, step: CallingStep, event: CallEvent): SagaTransition {
  switch (event.type) {
    case 'approved':
      return afterApproval(saga, step);
    case 'declined':
      return afterDecline(saga, step, event.decline);
    case 'not_sent':
      return afterNotSent(saga, step);
    case 'contact_lost':
      return check(saga);
    case 'nothing_found':
      return afterNothingFound(saga, step, event.heardTimeout);
    case 'contradicted':
      return callPerson(saga, event.reason);
  }
}

function afterApproval(saga: Saga, step: CallingStep): SagaTransition {
  switch (step) {
    case 'authorizing':
      return saga.captureMethod === 'automatic'
        ? start(saga, 'capturing', [{ type: 'authorize_payment' }, { type: 'begin_automatic_capture' }])
        : end(saga, [{ type: 'authorize_payment' }]);
    case 'capturing':
      return end(saga, [{ type: 'complete_capture' }]);
    case 'releasing':
      return end(saga, [{ type: 'fail_payment', reason: 'capture_refused' }]);
    case 'voiding':
      return end(saga, [{ type: 'complete_void' }]);
    case 'refunding':
      return end(saga, [{ type: 'complete_refund' }]);
  }
}

function afterDecline(saga: Saga, step: CallingStep, decline: Decline): SagaTransition {
  switch (step) {
    case 'authorizing':
      return end(saga, [{ type: 'decline_payment', decline }]);
    case 'capturing': {
      const refuse: SagaCommand = { type: 'refuse_capture', declineCode: decline.code };
      // Nobody but us knows that the hold of an automatic capture is useless now: give it back.
      return saga.kind === 'charge' ? start(saga, 'releasing', [refuse]) : end(saga, [refuse]);
    }
    case 'releasing':
      return callPerson(saga, `the acquirer refuses to release the hold: ${decline.code}`);
    case 'voiding':
      return end(saga, [{ type: 'refuse_void', declineCode: decline.code }]);
    case 'refunding':
      return end(saga, [{ type: 'refuse_refund', declineCode: decline.code }]);
  }
}

function afterNotSent(saga: Saga, step: CallingStep): SagaTransition {
  const triesMax = step === 'authorizing' ? authorizationTriesMax : forwardTriesMax;
  if (saga.tries >= triesMax) {
    return step === 'authorizing'
      ? end(saga, [{ type: 'fail_payment', reason: 'acquirer_unreachable' }])
      : callPerson(saga, `the acquirer could not be reached ${saga.tries} times`);
  }
  const afterMs = resendPausesMs[Math.min(saga.tries, resendPausesMs.length) - 1] ?? resendPausesMs[0];
  return start(saga, step, [], afterMs);
}

function afterNothingFound(saga: Saga, step: CallingStep, heardTimeout: boolean): SagaTransition {
  // A process died between writing the attempt down and hearing of it. The key makes sending it once more harmless.
  if (!heardTimeout) return sendAgain(saga, step);
  if (saga.checks < checkPausesMs.length) return check(saga);
  return step === 'authorizing'
    ? end(saga, [{ type: 'fail_payment', reason: 'acquirer_never_charged' }])
    : sendAgain(saga, step);
}

function sendAgain(saga: Saga, step: CallingStep): SagaTransition {
  const triesMax = step === 'authorizing' ? authorizationTriesMax : forwardTriesMax;
  if (saga.tries >= triesMax) return callPerson(saga, `no outcome after ${saga.tries} calls`);
  return { saga: { ...saga, tries: saga.tries + 1, checks: 0 }, commands: [{ type: 'send_again' }] };
}

function check(saga: Saga): SagaTransition {
  if (saga.checks >= checksMax) return callPerson(saga, `the acquirer could not be asked ${saga.checks} times`);
  const afterMs = checkPausesMs[Math.min(saga.checks, checkPausesMs.length - 1)];
  invariant(afterMs !== undefined, 'there is a pause for every check');
  return { saga: { ...saga, checks: saga.checks + 1 }, commands: [{ type: 'check', afterMs }] };
}

function start(saga: Saga, step: CallingStep, before: readonly SagaCommand[], afterMs = 0): SagaTransition {
  const tries = step === saga.step ? saga.tries + 1 : 1;
  return {
    saga: { ...saga, step, tries, checks: 0 },
    commands: [...before, { type: 'attempt', operation: operationOfStep[step], afterMs }],
  };
}

function end(saga: Saga, commands: readonly SagaCommand[]): SagaTransition {
  return { saga: { ...saga, step: 'ended' }, commands };
}

function callPerson(saga: Saga, reason: string): SagaTransition {
  return { saga: { ...saga, step: 'needs_person' }, commands: [{ type: 'call_a_person', reason }] };
}

function unchanged(saga: Saga): SagaTransition {
  return { saga, commands: [] };
}
