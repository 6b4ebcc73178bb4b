import {
  advance,
  handOutcomesOf,
  isFinished,
  meaningOf,
  operationOf,
  restOfHold,
  type Attempt,
  type AttemptId,
  type Clock,
  type Decline,
  type HandOutcome,
  type Payment,
  type SagaEvent,
} from '#domain';
import type { RiskRecord } from '#persistence';
import type { FindAnswer } from '../acquirers/acquirer.ts';
import { beginAttempt, carryOut } from './carry-out.ts';
import type { Happening } from './happening.ts';
import type { SagaTurn } from './saga-turn.ts';

export interface TurnRules {
  readonly clock: Clock;
  /** How long risk may be silent before the written policy decides. */
  readonly fraudDeadlineMs: number;
  /** How long a customer may take for a challenge. */
  readonly actionDeadlineMs: number;
}

/** Tells the saga what happened and has its commands carried out. False when that changes nothing: it came late or twice. */
export function takeTurn(turn: SagaTurn, happening: Happening, rules: TurnRules): boolean {
  switch (happening.type) {
    case 'requested':
      beginDueAttempt(turn);
      return true;
    case 'approved_late':
      return beginReversal(turn, happening.attemptId, happening.reference);
    case 'try_due':
      // Somebody else took this turn while we slept: a second attempt beside theirs could charge twice.
      if (turn.stored.epoch !== happening.epoch) return false;
      beginDueAttempt(turn);
      return true;
    default: {
      const event = eventOf(happening, turn, rules);
      if (event === undefined) return false;
      const { saga, commands } = advance(turn.saga, event);
      if (saga === turn.saga) return false;
      turn.moveTo(saga);
      if (happening.type === 'risk_answered') turn.noteRisk(happening.risk);
      if (happening.type === 'risk_silent') turn.noteRisk(policyOn(turn.payment, rules));
      for (const command of commands) carryOut(turn, command);
      return true;
    }
  }
}

/** The reducer has counted this try already; only its time had not come. */
function beginDueAttempt(turn: SagaTurn): void {
  const operation = operationOf(turn.saga);
  if (operation !== undefined) beginAttempt(turn, operation);
}

/** The saga is about an attempt that another saga has given up: what it holds is nobody's, and goes back. */
function beginReversal(turn: SagaTurn, attemptId: AttemptId, reference: string): boolean {
  const stray = turn.authorizations().find(({ id }) => id === attemptId);
  if (stray === undefined || turn.attempt !== undefined) return false;
  turn.noteOutcomeOf(stray, 'approve_late', { reference });
  beginDueAttempt(turn);
  return true;
}

function eventOf(
  happening: Exclude<Happening, { type: 'try_due' | 'requested' | 'approved_late' }>,
  turn: SagaTurn,
  rules: TurnRules,
): SagaEvent | undefined {
  switch (happening.type) {
    case 'risk_answered':
      return { type: 'risk_answered', decision: happening.risk.decision };
    case 'risk_silent':
      return { type: 'risk_silent', withinFloor: isWithinFloor(turn.payment) };
    case 'review_decided':
      // The merchant may have withdrawn the payment while the person was deciding.
      return turn.payment.state === 'in_review' ? happening : undefined;
    case 'withdrawn':
      return happening;
    case 'hold_due':
      return { type: 'hold_over', rest: restOfHold(turn.payment) };
    case 'hold_ended':
      return { type: 'hold_ended', rest: restOfHold(turn.payment) };
    case 'settled_by_hand':
      return settledByHand(turn, happening);
    case 'answered': {
      const { attempt } = turn;
      if (attempt === undefined || attempt.id !== happening.attemptId || isFinished(attempt)) return undefined;
      if (isNoNews(happening, attempt, turn)) return undefined;
      const event = hear(happening.answer, attempt, turn, rules);
      return turn.saga.stuckAt !== null && event.type === 'approved' ? toldAfterAll(attempt) : event;
    }
  }
}

/**
 * The acquirer finds its words while a person is waited for: no more is to be found out, and thrown away the approval would
 * be money that nobody knows of. Undefined where it named another amount before: what contradicts itself is the person's.
 */
function toldAfterAll({ acquirer, answeredMinor }: Attempt): SagaEvent | undefined {
  if (answeredMinor !== null) return undefined;
  return { type: 'settled_by_hand', outcome: 'approved', reason: `${acquirer} has said so after all` };
}

/** Hears what a person found out about the attempt that the saga is about; another one is somebody else's matter. */
function settledByHand(
  turn: SagaTurn,
  { attemptNumber, outcome, reference, reason }: Extract<Happening, { type: 'settled_by_hand' }>,
): SagaEvent | undefined {
  const { attempt } = turn;
  if (attempt === undefined || attempt.number !== attemptNumber) return undefined;
  if (!handOutcomesOf(turn.saga, attempt).includes(outcome)) return undefined;
  // What the acquirer said for good stays noted; the person tells of what came after.
  if (!isFinished(attempt)) noteWord(turn, attempt, outcome, reference === null ? {} : { reference });
  return { type: 'settled_by_hand', outcome, reason };
}

function noteWord(turn: SagaTurn, attempt: Attempt, outcome: HandOutcome, known: { reference?: string }): void {
  if (attempt.state === 'submitted') turn.noteOutcome('lose_contact');
  switch (outcome) {
    case 'approved':
      turn.noteOutcome(approvalIn(turn), known);
      return;
    case 'declined':
      turn.noteOutcome('decline', { declineCode: 'generic_decline' });
      return;
    case 'release':
      turn.noteOutcome('approve_late', known);
      return;
    case 'not_done':
      // People are wrong too: whether it counts as never done, or is watched for a while, is for the step to say.
      return;
  }
}

/**
 * An answer that decides nothing counts once for each time that it was due. That a call was not sent, or that nobody
 * answered it, tells nothing of an attempt that was sent before with the same key, and may be with the customer by now; its
 * next look is set.
 */
function isNoNews(
  { answer, epoch }: Extract<Happening, { type: 'answered' }>,
  attempt: Attempt,
  { stored }: SagaTurn,
): boolean {
  if (answer.type === 'approved' || answer.type === 'declined') return false;
  if (epoch !== undefined) return epoch !== stored.epoch;
  const wasSent = attempt.state === 'outcome_unknown' || attempt.state === 'action_required';
  return wasSent && (answer.type === 'not_sent' || answer.type === 'unknown');
}

function hear(answer: FindAnswer, attempt: Attempt, turn: SagaTurn, rules: TurnRules): SagaEvent {
  switch (answer.type) {
    case 'approved':
      if (answer.amountMinor !== null && answer.amountMinor !== attempt.amount.minor && !turn.releasesStray) {
        turn.noteOutcome('lose_contact', { reference: answer.reference, otherMinor: answer.amountMinor });
        const reason = `${attempt.acquirer} approved ${answer.amountMinor} where ${attempt.amount.minor} was asked`;
        return { type: 'contradicted', reason };
      }
      turn.noteOutcome(approvalIn(turn), { reference: answer.reference });
      turn.holdEndsAt = answer.expiresAt;
      return { type: 'approved' };
    case 'declined': {
      turn.noteOutcome('decline', { declineCode: answer.code });
      const { code, message } = answer;
      const { kind, source, elsewhere } = meaningOf(code);
      const decline: Decline = { code, message, retryable: kind === 'soft', source };
      return { type: 'declined', decline, elsewhere: elsewhere && canAskAnother(turn) };
    }
    case 'action_required': {
      turn.noteOutcome('require_action', { reference: answer.reference });
      turn.redirectUrl = answer.redirectUrl;
      const waitedMs = rules.clock.now().getTime() - attempt.startedAt.getTime();
      return { type: 'action_required', late: waitedMs >= rules.actionDeadlineMs };
    }
    case 'not_sent':
      turn.noteOutcome('was_not_sent');
      return { type: 'not_sent', elsewhere: canAskAnother(turn), patienceMs: turn.payment.terms.patienceMs };
    case 'unknown':
      turn.noteOutcome('lose_contact');
      return { type: 'contact_lost' };
    case 'nothing_found':
      return { type: 'nothing_found', heardTimeout: attempt.state !== 'submitted' };
  }
}

/** An approval that comes when we have given up is not the payment's any more. */
function approvalIn(turn: SagaTurn): 'approve' | 'approve_late' {
  return (turn.saga.stuckAt ?? turn.saga.step) === 'watching' ? 'approve_late' : 'approve';
}

function canAskAnother(turn: SagaTurn): boolean {
  return turn.parts.acquirers.hasAnother(turn.payment, turn.authorizations());
}

/** The written policy for a silent fraud service: small amounts go on, the rest waits for a person. */
function policyOn(payment: Payment, { clock, fraudDeadlineMs }: TurnRules): RiskRecord {
  const within = isWithinFloor(payment);
  const floor = `${payment.terms.riskFloor} ${payment.amount.currency}`;
  return {
    decision: within ? 'allow' : 'review',
    score: 0,
    reasons: [
      `risk_silent: no answer within ${fraudDeadlineMs} ms`,
      within ? `within_floor: ${payment.amount.minor} ≤ ${floor}` : `above_floor: ${payment.amount.minor} > ${floor}`,
    ],
    decidedBy: 'policy',
    assessedAt: clock.now(),
  };
}

function isWithinFloor(payment: Payment): boolean {
  return payment.amount.minor <= payment.terms.riskFloor;
}
