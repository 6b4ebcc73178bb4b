import type { Decline } from './payment.ts';

/** What follows from a decline, and what the customer should hear. */
export interface DeclineMeaning {
  /** `hard`: the card will not do, now or later. `soft`: another try may work. */
  readonly kind: 'soft' | 'hard';
  /** Whether another acquirer may get another answer for the same card. */
  readonly elsewhere: boolean;
  readonly source: Exclude<Decline['source'], 'risk'>;
  /** What the shop may tell the customer: never more than the customer may know about a stolen card. */
  readonly customer: string;
}

const tryAnotherCard = 'Your card was declined. Please use another card or ask your bank.';
const tryAgain = 'The payment could not be processed. Please try again.';
const merchantsBusiness = 'The payment could not be completed. Please ask the shop.';

/**
 * The error map. Every connector translates its acquirer's codes into these; one that it does not know becomes
 * `generic_decline`, which may be tried again but not elsewhere.
 */
export const declineCodes = {
  generic_decline: { kind: 'soft', elsewhere: false, source: 'issuer', customer: tryAnotherCard },
  insufficient_funds: {
    kind: 'soft',
    elsewhere: false,
    source: 'issuer',
    customer: 'Your card does not have enough funds. Please use another card.',
  },
  limit_exceeded: {
    kind: 'soft',
    elsewhere: false,
    source: 'issuer',
    customer: 'The limit of your card is reached. Please use another card or ask your bank.',
  },
  issuer_unavailable: { kind: 'soft', elsewhere: true, source: 'issuer', customer: tryAgain },
  processing_error: { kind: 'soft', elsewhere: true, source: 'acquirer', customer: tryAgain },
  rate_limited: { kind: 'soft', elsewhere: true, source: 'acquirer', customer: tryAgain },
  lost_card: { kind: 'hard', elsewhere: false, source: 'issuer', customer: tryAnotherCard },
  stolen_card: { kind: 'hard', elsewhere: false, source: 'issuer', customer: tryAnotherCard },
  fraudulent: { kind: 'hard', elsewhere: false, source: 'issuer', customer: tryAnotherCard },
  do_not_honor: { kind: 'hard', elsewhere: false, source: 'issuer', customer: tryAnotherCard },
  expired_card: {
    kind: 'hard',
    elsewhere: false,
    source: 'issuer',
    customer: 'Your card has expired. Please use another card.',
  },
  incorrect_number: {
    kind: 'hard',
    elsewhere: false,
    source: 'issuer',
    customer: 'The card number is wrong. Please check it.',
  },
  incorrect_cvc: {
    kind: 'hard',
    elsewhere: false,
    source: 'issuer',
    customer: 'The security code of your card is wrong. Please check it.',
  },
  card_not_supported: {
    kind: 'hard',
    elsewhere: true,
    source: 'acquirer',
    customer: 'This kind of card is not accepted. Please use another card.',
  },
  authentication_failed: {
    kind: 'hard',
    elsewhere: false,
    source: 'issuer',
    customer: 'Your bank could not confirm that it is you. Please try again or use another card.',
  },
  authentication_expired: {
    kind: 'hard',
    elsewhere: false,
    source: 'issuer',
    customer: 'The confirmation by your bank took too long. Please try again.',
  },
  authorization_pending: { kind: 'hard', elsewhere: false, source: 'acquirer', customer: merchantsBusiness },
  authorization_expired: { kind: 'hard', elsewhere: false, source: 'acquirer', customer: merchantsBusiness },
  authorization_voided: { kind: 'hard', elsewhere: false, source: 'acquirer', customer: merchantsBusiness },
  authorization_closed: { kind: 'hard', elsewhere: false, source: 'acquirer', customer: merchantsBusiness },
  authorization_captured: { kind: 'hard', elsewhere: false, source: 'acquirer', customer: merchantsBusiness },
  amount_exceeds_authorization: { kind: 'hard', elsewhere: false, source: 'acquirer', customer: merchantsBusiness },
  amount_exceeds_capture: { kind: 'hard', elsewhere: false, source: 'acquirer', customer: merchantsBusiness },
  amount_not_allowed: { kind: 'hard', elsewhere: true, source: 'acquirer', customer: merchantsBusiness },
  capture_declined: { kind: 'hard', elsewhere: false, source: 'issuer', customer: merchantsBusiness },
  refund_declined: { kind: 'hard', elsewhere: false, source: 'issuer', customer: merchantsBusiness },
  /** The acquirer refuses the request itself: a mistake of ours or of its contract with us. */
  request_refused: { kind: 'hard', elsewhere: true, source: 'acquirer', customer: merchantsBusiness },
} as const satisfies Readonly<Record<string, DeclineMeaning>>;

export type DeclineCode = keyof typeof declineCodes;

/** Own keys only, so that `constructor` is not a code. */
export function isDeclineCode(code: string): code is DeclineCode {
  return Object.hasOwn(declineCodes, code);
}

export function meaningOf(code: DeclineCode): DeclineMeaning {
  return declineCodes[code];
}
