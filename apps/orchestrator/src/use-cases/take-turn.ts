import {
  advance,
  isFinished,
  meaningOf,
  operationOf,
  type Attempt,
  type Clock,
  type Decline,
  type Payment,
  type SagaEvent,
} from '#domain';
import type { RiskRecord } from '#persistence';
import type { FindAnswer } from '../acquirers/acquirer.ts';
import type { Happening } from './happening.ts';
import type { SagaTurn } from './saga-turn.ts';

export interface TurnRules {
  readonly clock: Clock;
  /** How long risk may be silent before the written policy decides. */
  readonly fraudDeadlineMs: number;
}

/** Tells the saga what happened and has its commands carried out. False when that changes nothing: it came late or twice. */
export function takeTurn(turn: SagaTurn, happening: Happening, rules: TurnRules): boolean {
  switch (happening.type) {
    case 'requested':
      beginDueAttempt(turn);
      return true;
    case 'try_due':
      // Somebody else took this turn while we slept: a second attempt beside theirs could charge twice.
      if (turn.stored.epoch !== happening.epoch) return false;
      beginDueAttempt(turn);
      return true;
    default: {
      const event = eventOf(happening, turn);
      if (event === undefined) return false;
      const { saga, commands } = advance(turn.stored.saga, event);
      if (saga === turn.stored.saga) return false;
      turn.moveTo(saga);
      if (happening.type === 'risk_answered') turn.noteRisk(happening.risk);
      if (happening.type === 'risk_silent') turn.noteRisk(policyOn(turn.payment, rules));
      for (const command of commands) turn.carryOut(command);
      return true;
    }
  }
}

/** The reducer has counted this try already; only its time had not come. */
function beginDueAttempt(turn: SagaTurn): void {
  const operation = operationOf(turn.stored.saga.step);
  if (operation !== undefined) turn.beginAttempt(operation);
}

function eventOf(
  happening: Exclude<Happening, { type: 'try_due' | 'requested' }>,
  turn: SagaTurn,
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
    case 'answered': {
      const { attempt } = turn;
      if (attempt === undefined || attempt.id !== happening.attemptId || isFinished(attempt)) return undefined;
      return hear(happening.answer, attempt, turn);
    }
  }
}

function hear(answer: FindAnswer, attempt: Attempt, turn: SagaTurn): SagaEvent {
  switch (answer.type) {
    case 'approved':
      if (answer.amountMinor !== null && answer.amountMinor !== attempt.amount.minor) {
        turn.noteOutcome('lose_contact');
        const reason = `${attempt.acquirer} approved ${answer.amountMinor} where ${attempt.amount.minor} was asked`;
        return { type: 'contradicted', reason };
      }
      turn.noteOutcome('approve', { reference: answer.reference });
      return { type: 'approved' };
    case 'declined': {
      turn.noteOutcome('decline', { declineCode: answer.code });
      const { code, message } = answer;
      const { kind, source } = meaningOf(code);
      const decline: Decline = { code, message, retryable: kind === 'soft', source };
      return { type: 'declined', decline };
    }
    case 'action_required':
      turn.noteOutcome('lose_contact');
      return { type: 'contradicted', reason: `${attempt.acquirer} asks for a challenge` };
    case 'not_sent':
      turn.noteOutcome('was_not_sent');
      return { type: 'not_sent' };
    case 'unknown':
      turn.noteOutcome('lose_contact');
      return { type: 'contact_lost' };
    case 'nothing_found':
      return { type: 'nothing_found', heardTimeout: attempt.state === 'outcome_unknown' };
  }
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
