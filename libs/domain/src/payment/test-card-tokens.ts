/**
 * The cards of the sandbox, each with what happens to a payment that is made with it. A token that is not here is refused
 * at the door: nothing behind it would know what to do.
 */
export const testCardTokens = {
  tok_visa: 'approved',
  tok_mastercard: 'approved',
  tok_amex: 'approved',
  tok_declined: 'declined without a reason; another try may work',
  tok_insufficient_funds: 'declined: the account does not hold enough; another try may work',
  tok_lost_card: 'declined for good: the card was reported lost',
  tok_stolen_card: 'declined for good: the card was reported stolen',
  tok_expired_card: 'declined for good: the card has expired',
  tok_incorrect_cvc: 'declined for good: the security code is wrong',
  tok_processing_error: 'declined by the first acquirer that is asked; another one approves',
  tok_not_sent: 'the first acquirer promises that it did nothing; another one approves',
  tok_flaky: 'refused twice with the promise that nothing was done, then approved',
  tok_slow: 'approved after 3 s',
  tok_timeout_charged: 'approved, but the answer never comes; asked after 2 s, the acquirer tells the truth',
  tok_timeout_not_charged: 'no answer and nothing done; asked, the acquirer says so',
  tok_late_approval: 'no answer; asked, the acquirer knows nothing for 10 s, then says approved',
  tok_increase_declined: 'authorized; more is not held',
  tok_increase_timeout: 'authorized; the increase is done but never answered',
  tok_capture_declined: 'authorized; the capture is refused for good',
  tok_capture_timeout: 'authorized; the capture is done but never answered',
  tok_void_flaky: 'authorized; the void fails twice, then works',
  tok_refund_declined: 'captured; the refund is refused',
  tok_refund_timeout: 'captured; the refund is done but never answered',
  tok_wrong_amount: 'approved for another amount: never trusted, left to a person',
  tok_garbage: 'approved with an answer that cannot be read',
  tok_duplicate_answer: 'approved, and the acquirer calls back twice with the same result',
  tok_auth_expires: 'authorized; the hold ends after 5 s if it is not captured',
  tok_3ds_required: 'the customer meets a challenge first and accepts or refuses it on a page of the sandbox',
  tok_high_risk: 'blocked by risk with a score of 95',
  tok_review: 'sent to a person for review with a score of 70',
  tok_disputed: 'captured; a dispute opens 3 s later',
  tok_early_warning: 'captured; a fraud warning arrives 3 s later',
} as const satisfies Readonly<Record<string, string>>;

export type TestCardToken = keyof typeof testCardTokens;

/** Own keys only, so that `constructor` is not a card. */
export function isTestCardToken(token: string): token is TestCardToken {
  return Object.hasOwn(testCardTokens, token);
}
