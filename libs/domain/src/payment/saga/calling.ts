import type { CaptureMethod, Decline } from '../payment.ts';
import { attempt, attemptElsewhere, callPerson, checkIn, move, pauseOf } from './moves.ts';
import type { CallEvent, Saga, SagaTransition } from './saga.ts';
import type { CallStep, Move } from './step-definition.ts';

/** What follows from an acquirer's answer to a call, or from its silence. */
export function afterCall(saga: Saga, step: CallStep, event: CallEvent): SagaTransition {
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
export function tryLater(saga: Saga, step: CallStep, patienceMs: number): SagaTransition {
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

export function sendAgain(saga: Saga, step: CallStep): SagaTransition {
  const triesMax = step.triesMax === 'patience' ? sameKeyTriesMax : step.triesMax;
  if (saga.tries >= triesMax) return callPerson(saga, `no outcome after ${saga.tries} calls`);
  return { saga: { ...saga, tries: saga.tries + 1, checks: 0 }, commands: [{ type: 'send_again' }] };
}

function check(saga: Saga, step: CallStep): SagaTransition {
  if (saga.checks >= step.checksMax) return callPerson(saga, `nobody knows the outcome after ${saga.checks} checks`);
  return checkIn(saga, pauseOf(step.checkPausesMs, saga.checks), false);
}

/** What was surely not done, and what nobody sends any more, is done once more with a key of its own. */
export function doAnew(saga: Saga, step: CallStep): SagaTransition {
  const again = attempt({ ...saga, tries: 0 }, step, 0);
  return { saga: again.saga, commands: [{ type: 'abandon_attempt' }, ...again.commands] };
}
