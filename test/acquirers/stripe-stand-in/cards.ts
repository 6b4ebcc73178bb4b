import type { CardError } from './objects.ts';

/** What a test payment method meets when it is charged. */
export type CardFate =
  | { readonly type: 'approved' }
  | { readonly type: 'declined'; readonly error: CardError }
  | { readonly type: 'challenge' }
  /** Holds one unit less than was asked. Not one of Stripe's: it has to be seen that nobody believes such an answer. */
  | { readonly type: 'wrong_amount' };

const fates: Readonly<Record<string, CardFate>> = {
  pm_card_visa: { type: 'approved' },
  pm_card_mastercard: { type: 'approved' },
  pm_card_amex: { type: 'approved' },
  pm_card_createDispute: { type: 'approved' },
  pm_card_createIssuerFraudRecord: { type: 'approved' },
  pm_card_visa_chargeDeclined: declined('card_declined', 'generic_decline'),
  pm_card_visa_chargeDeclinedInsufficientFunds: declined('card_declined', 'insufficient_funds'),
  pm_card_visa_chargeDeclinedLostCard: declined('card_declined', 'lost_card'),
  pm_card_visa_chargeDeclinedStolenCard: declined('card_declined', 'stolen_card'),
  pm_card_chargeDeclinedExpiredCard: declined('expired_card'),
  pm_card_chargeDeclinedIncorrectCvc: declined('incorrect_cvc'),
  pm_card_chargeDeclinedProcessingError: declined('processing_error'),
  pm_card_threeDSecure2Required: { type: 'challenge' },
  pm_stand_in_neverAgain: {
    type: 'declined',
    error: { ...cardError('card_declined', 'generic_decline'), advice_code: 'do_not_try_again' },
  },
  pm_stand_in_unheardOf: declined('card_declined', 'a_code_of_tomorrow'),
  pm_stand_in_wrongAmount: { type: 'wrong_amount' },
};

export const authenticationRequired = cardError('authentication_required', 'authentication_required');

export function fateOf(paymentMethod: string): CardFate | undefined {
  return Object.hasOwn(fates, paymentMethod) ? fates[paymentMethod] : undefined;
}

function declined(code: string, declineCode?: string): CardFate {
  return { type: 'declined', error: cardError(code, declineCode) };
}

function cardError(code: string, declineCode?: string): CardError {
  const message = 'Your card was declined.';
  return { type: 'card_error', code, message, ...(declineCode === undefined ? {} : { decline_code: declineCode }) };
}
