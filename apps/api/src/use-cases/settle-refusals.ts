import {
  allowedActions,
  statusOf,
  type Attempt,
  type AttemptState,
  type HandOutcome,
  type Payment,
  type PaymentId,
} from '#domain';
import type { HandWord } from '../stores/hand-word-store.ts';
import type { AdminRefusal } from './admin-refusal.ts';

/** Why what a person says of an attempt is not taken. */

export function noSuchPayment(paymentId: PaymentId): AdminRefusal {
  return { code: 'not_found', message: `There is no payment ${paymentId}.`, path: ['input', 'paymentId'] };
}

export function noSuchAttempt({ id }: Payment, number: number): AdminRefusal {
  return { code: 'not_found', message: `${id} has no attempt ${number}.`, path: ['input', 'attemptNumber'] };
}

export function settledBefore(payment: Payment, { outcome, reason }: HandWord): AdminRefusal {
  return invalidState(payment, 'outcome', `A person said ${outcome.toUpperCase()} of this attempt already: ${reason}`);
}

export function notOpen(payment: Payment, { number, acquirer, state }: Attempt): AdminRefusal {
  return invalidState(payment, 'attemptNumber', `Attempt ${number} at ${acquirer} ${stateInWords[state]}.`);
}

export function cannotBe(payment: Payment, attempt: Attempt, possible: readonly HandOutcome[]): AdminRefusal {
  const { number, acquirer, answeredMinor, amount } = attempt;
  const facts =
    answeredMinor === null
      ? stateInWords[attempt.state]
      : `names ${answeredMinor} ${amount.currency} where ${amount.minor} was asked for`;
  const words = possible.map((outcome) => outcome.toUpperCase()).join(' or ');
  return invalidState(payment, 'outcome', `Attempt ${number} at ${acquirer} ${facts}: it can be settled as ${words}.`);
}

const stateInWords = {
  submitted: 'is still under way',
  action_required: 'waits for the customer',
  outcome_unknown: 'has no known outcome',
  approved: 'was approved, as is known',
  declined: 'was declined, as is known',
  not_sent: 'was never done, as is known',
  approved_late: 'was approved after we had given up, and is being given back',
} as const satisfies Record<AttemptState, string>;

function invalidState(payment: Payment, field: string, message: string): AdminRefusal {
  return {
    code: 'invalid_state',
    message,
    path: ['input', field],
    currentStatus: statusOf(payment.state),
    allowedActions: allowedActions(payment),
  };
}
