import type { AttemptOperation, DeclineCode } from '#domain';

/**
 * Why a card was declined, by Stripe's `decline_code` or, where the issuer gave none, by the `code` of the card error.
 * Source: Stripe's list of decline codes and the codes of its card errors.
 */
export const stripeCardCodes: Readonly<Record<string, DeclineCode>> = {
  approve_with_id: 'issuer_unavailable',
  authentication_failure: 'authentication_failed',
  authentication_not_handled: 'authentication_failed',
  authentication_required: 'authentication_failed',
  call_issuer: 'do_not_honor',
  card_decline_rate_limit_exceeded: 'limit_exceeded',
  card_declined: 'generic_decline',
  card_not_supported: 'card_not_supported',
  card_velocity_exceeded: 'limit_exceeded',
  currency_not_supported: 'card_not_supported',
  do_not_honor: 'do_not_honor',
  do_not_try_again: 'do_not_honor',
  duplicate_transaction: 'do_not_honor',
  expired_card: 'expired_card',
  fraudulent: 'fraudulent',
  generic_decline: 'generic_decline',
  highest_risk_level: 'fraudulent',
  incorrect_cvc: 'incorrect_cvc',
  incorrect_number: 'incorrect_number',
  insufficient_funds: 'insufficient_funds',
  invalid_account: 'card_not_supported',
  invalid_amount: 'amount_not_allowed',
  invalid_cvc: 'incorrect_cvc',
  invalid_expiry_month: 'expired_card',
  invalid_expiry_year: 'expired_card',
  invalid_number: 'incorrect_number',
  issuer_not_available: 'issuer_unavailable',
  lost_card: 'lost_card',
  merchant_blacklist: 'fraudulent',
  new_account_information_available: 'do_not_honor',
  no_action_taken: 'do_not_honor',
  not_permitted: 'do_not_honor',
  payment_intent_authentication_failure: 'authentication_failed',
  pickup_card: 'stolen_card',
  previously_declined_do_not_honor: 'do_not_honor',
  processing_error: 'processing_error',
  reenter_transaction: 'processing_error',
  restricted_card: 'stolen_card',
  revocation_of_all_authorizations: 'do_not_honor',
  revocation_of_authorization: 'do_not_honor',
  security_violation: 'do_not_honor',
  service_not_allowed: 'card_not_supported',
  stolen_card: 'stolen_card',
  stop_payment_order: 'do_not_honor',
  testmode_decline: 'generic_decline',
  transaction_not_allowed: 'card_not_supported',
  try_again_later: 'issuer_unavailable',
  withdrawal_count_limit_exceeded: 'limit_exceeded',
};

/** One meaning whatever was asked, or one for each operation that can be refused so. */
export type Refusal = DeclineCode | Partial<Readonly<Record<AttemptOperation, DeclineCode>>>;

/** Why Stripe refused the request itself, by the `code` of the error. Nothing was done. */
export const stripeRefusalCodes: Readonly<Record<string, Refusal>> = {
  amount_too_large: {
    authorize: 'amount_not_allowed',
    increase: 'amount_not_allowed',
    capture: 'amount_exceeds_authorization',
    refund: 'amount_exceeds_capture',
  },
  amount_too_small: 'amount_not_allowed',
  capture_charge_authorization_expired: 'authorization_expired',
  charge_already_captured: { capture: 'authorization_closed', void: 'authorization_captured' },
  charge_already_refunded: { capture: 'authorization_expired', refund: 'amount_exceeds_capture' },
  charge_disputed: 'refund_declined',
  charge_exceeds_source_limit: 'limit_exceeded',
  charge_exceeds_transaction_limit: 'limit_exceeded',
  charge_expired_for_capture: 'authorization_expired',
  charge_not_refundable: 'refund_declined',
  invalid_charge_amount: 'amount_not_allowed',
  payment_intent_action_required: 'authorization_pending',
  payment_method_currency_mismatch: 'card_not_supported',
  payment_method_not_available: 'card_not_supported',
  payment_method_unsupported_type: 'card_not_supported',
  refund_disputed_payment: 'refund_declined',
};

/** What a payment intent that is in the wrong state says to an operation: `payment_intent_unexpected_state`. */
export const stripeStateRefusals: Readonly<Record<string, Refusal>> = {
  canceled: {
    increase: 'authorization_voided',
    capture: 'authorization_voided',
    void: 'authorization_voided',
    refund: 'amount_exceeds_capture',
  },
  requires_action: {
    increase: 'authorization_pending',
    capture: 'authorization_pending',
    refund: 'amount_exceeds_capture',
  },
  requires_capture: { refund: 'amount_exceeds_capture' },
  succeeded: { increase: 'authorization_closed', capture: 'authorization_closed', void: 'authorization_captured' },
};

/** Reasons of a cancellation that nobody asked for: the time of the authorization was up. */
const expiries = ['automatic', 'expired'];

export function isExpiry(cancellationReason: string | null | undefined): boolean {
  return expiries.includes(cancellationReason ?? '');
}

/** What Stripe says about a card that was declined. */
export interface CardDecline {
  readonly code?: string | null | undefined;
  readonly decline_code?: string | null | undefined;
  readonly advice_code?: string | null | undefined;
  readonly message?: string | null | undefined;
}

/** A code that is not in the table is a `generic_decline`, as everywhere. */
export function cardCodeOf(decline: CardDecline): DeclineCode {
  const code = own(stripeCardCodes, decline.decline_code) ?? own(stripeCardCodes, decline.code) ?? 'generic_decline';
  // The networks fine those who try again what they were told not to, so a reason that sounds soft becomes a hard one.
  return code === 'generic_decline' && decline.advice_code === 'do_not_try_again' ? 'do_not_honor' : code;
}

/** What Stripe says about a request that it refused. */
export interface Refused {
  readonly code: string | undefined;
  readonly param: string | undefined;
  readonly intentStatus: string | undefined;
  readonly cancellationReason: string | undefined;
}

export function refusalCodeOf(refused: Refused, operation: AttemptOperation): DeclineCode {
  if (refused.code === 'payment_intent_unexpected_state') {
    if (operation !== 'refund' && isExpiry(refused.cancellationReason)) return 'authorization_expired';
    return meaningOf(own(stripeStateRefusals, refused.intentStatus), operation) ?? 'request_refused';
  }
  const known = meaningOf(own(stripeRefusalCodes, refused.code), operation);
  if (known !== undefined) return known;
  // A refund above what is left comes without a code, only with the parameter that is to blame.
  if (operation === 'refund' && refused.code === undefined && refused.param === 'amount')
    return 'amount_exceeds_capture';
  return 'request_refused';
}

function meaningOf(refusal: Refusal | undefined, operation: AttemptOperation): DeclineCode | undefined {
  return typeof refusal === 'object' ? refusal[operation] : refusal;
}

/** Own keys only, so that `constructor` is not a code. */
function own<T>(table: Readonly<Record<string, T>>, name: string | null | undefined): T | undefined {
  return name !== null && name !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;
}
