import {
  actionRequired,
  advance,
  authorized,
  declined,
  expiring,
  failed,
  invariant,
  isFinished,
  passedReview,
  requestCapture,
  sentToReview,
  uuidOf,
  type AttemptOperation,
  type SagaCommand,
} from '#domain';
import { endHold, endMovement, keepHold } from './movement-endings.ts';
import type { SagaTurn } from './saga-turn.ts';

/** Carries a command of the reducer out on the turn. */
export function carryOut(turn: SagaTurn, command: SagaCommand): void {
  switch (command.type) {
    case 'send_to_review':
      turn.payment = sentToReview(turn.payment);
      turn.facts.push({ type: 'payment.sent_to_review', data: {} });
      turn.waitingFor = 'a person to review the payment';
      return;
    case 'pass_review':
      turn.payment = passedReview(turn.payment);
      return;
    case 'decline_for_risk':
      turn.payment = declined(turn.payment, riskDecline);
      turn.facts.push({ type: 'payment.declined', data: { attempt: null } });
      return;
    case 'require_action':
      requireAction(turn);
      return;
    case 'decline_payment':
      turn.payment = declined(turn.payment, command.decline);
      turn.facts.push({ type: 'payment.declined', data: { attempt: turn.attemptFact() } });
      return;
    case 'authorize_payment':
      authorize(turn);
      return;
    case 'fail_payment':
      if (command.reason === 'customer_did_not_return') forgetChallenge(turn);
      turn.payment = failed(turn.payment);
      turn.facts.push({ type: 'payment.failed', data: { reason: command.reason } });
      return;
    case 'abandon_attempt':
      if (turn.attempt !== undefined && !isFinished(turn.attempt)) turn.noteOutcome('was_not_sent');
      return;
    case 'tell_of_reversal':
      turn.facts.push({ type: 'payment.reversed', data: { attempt: turn.attemptFact() } });
      return;
    case 'begin_automatic_capture':
      beginAutomaticCapture(turn);
      return;
    case 'complete_capture':
    case 'refuse_capture':
    case 'complete_refund':
    case 'refuse_refund':
    case 'complete_increase':
    case 'refuse_increase':
      endMovement(turn, command);
      return;
    case 'complete_void':
      endHold(turn, 'payment.voided');
      return;
    case 'refuse_void':
      keepHold(turn, command.declineCode);
      return;
    case 'begin_expiry':
      turn.payment = expiring(turn.payment);
      return;
    case 'expire_payment':
      endHold(turn, 'payment.expired');
      return;
    case 'attempt':
      if (command.afterMs > 0) turn.sleepUntil('attempt', command.afterMs, 'the next try');
      else beginAttempt(turn, command.operation);
      return;
    case 'send_again':
      // It may have been sent before, and from now on no answer can tell that it never was.
      if (turn.attempt?.state === 'submitted') turn.noteOutcome('lose_contact');
      turn.send();
      return;
    case 'check':
      scheduleCheck(turn, command);
      return;
    case 'wait_for_expiry':
      waitForExpiry(turn, command.afterMs);
      return;
    case 'call_a_person':
      callPerson(turn, command.reason);
      return;
  }
}

/** Where nobody can be asked, the saga hears that, and waits in line or gives up. */
export function beginAttempt(turn: SagaTurn, operation: AttemptOperation): void {
  if (turn.beginAttempt(operation)) return;
  const { patienceMs } = turn.payment.terms;
  const { saga, commands } = advance(turn.saga, { type: 'no_acquirer', patienceMs });
  turn.moveTo(saga);
  for (const command of commands) carryOut(turn, command);
  if (turn.next?.action === 'attempt') turn.waitingFor = 'an acquirer that can be used';
}

function authorize(turn: SagaTurn): void {
  const { clock, authorizationValidMs } = turn.parts;
  const ours = new Date(clock.now().getTime() + authorizationValidMs);
  const theirs = turn.holdEndsAt ?? ours;
  turn.payment = authorized(turn.payment, theirs < ours ? theirs : ours);
  turn.facts.push({ type: 'payment.authorized', data: { attempt: turn.attemptFact() } });
}

function requireAction(turn: SagaTurn): void {
  const { redirectUrl } = turn;
  invariant(redirectUrl !== undefined, 'an acquirer that wants the customer says where');
  turn.payment = actionRequired(turn.payment, redirectUrl);
  turn.facts.push({ type: 'payment.action_required', data: { attempt: turn.attemptFact(), redirectUrl } });
}

/** The challenge was called off: whatever the customer does now, nothing is held. */
function forgetChallenge(turn: SagaTurn): void {
  for (const attempt of turn.authorizations().filter((open) => !isFinished(open))) {
    turn.noteOutcomeOf(attempt, 'decline', { declineCode: 'authentication_expired' });
  }
}

function beginAutomaticCapture(turn: SagaTurn): void {
  const requested = requestCapture(turn.payment, undefined, true);
  invariant(requested.ok, 'what was just authorized can be captured');
  const id = turn.parts.ids.next('cap');
  const amountMinor = requested.value.amount.minor;
  turn.payment = requested.value.payment;
  turn.newCapture = { id, amountMinor, final: true, createdAt: turn.parts.clock.now() };
  turn.movement = { id, amountMinor, final: true };
  turn.stored = { ...turn.stored, operationId: uuidOf(id) };
}

function scheduleCheck(turn: SagaTurn, { afterMs, known }: Extract<SagaCommand, { type: 'check' }>): void {
  if (known) {
    turn.sleepUntil('check', afterMs, turn.saga.step === 'watching' ? 'a late approval, not likely' : 'the customer');
    return;
  }
  turn.sleepUntil('check', afterMs, 'the acquirer, to be asked what became of the call');
  invariant(turn.attempt !== undefined, 'a check is about an attempt');
  const { operation } = turn.attempt;
  const nextCheckAt = new Date(turn.parts.clock.now().getTime() + afterMs).toISOString();
  const attempt = turn.attemptFact();
  // Readers of the first release know four operations.
  if (operation === 'increase') {
    turn.facts.push({ type: 'payment.increase_outcome_unknown', data: { attempt, nextCheckAt } });
  } else {
    turn.facts.push({ type: 'payment.outcome_unknown', data: { attempt, operation, nextCheckAt } });
  }
}

function callPerson(turn: SagaTurn, reason: string): void {
  turn.waitingFor = `a person: ${reason}`;
  const attempt = turn.attempt === undefined ? null : turn.attemptFact();
  turn.facts.push({ type: 'payment.needs_person', data: { attempt, reason } });
}

function waitForExpiry(turn: SagaTurn, afterMs: number | null): void {
  const endsAt = turn.payment.authorizationExpiresAt;
  invariant(endsAt !== null, 'a hold has an end');
  const leftMs = Math.max(0, endsAt.getTime() - turn.parts.clock.now().getTime());
  turn.sleepUntil('expire', afterMs ?? leftMs, 'the merchant, until the hold ends');
}

const riskDecline = {
  code: 'blocked_by_risk',
  message: 'The payment was blocked by risk rules.',
  retryable: false,
  source: 'risk',
} as const;
