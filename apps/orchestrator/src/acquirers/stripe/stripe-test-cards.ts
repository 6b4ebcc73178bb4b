/** Stripe's own test payment methods that meet the fate of our test tokens. */
const testPaymentMethods: Readonly<Record<string, string>> = {
  tok_visa: 'pm_card_visa',
  tok_mastercard: 'pm_card_mastercard',
  tok_amex: 'pm_card_amex',
  tok_declined: 'pm_card_visa_chargeDeclined',
  tok_insufficient_funds: 'pm_card_visa_chargeDeclinedInsufficientFunds',
  tok_lost_card: 'pm_card_visa_chargeDeclinedLostCard',
  tok_stolen_card: 'pm_card_visa_chargeDeclinedStolenCard',
  tok_expired_card: 'pm_card_chargeDeclinedExpiredCard',
  tok_incorrect_cvc: 'pm_card_chargeDeclinedIncorrectCvc',
  tok_processing_error: 'pm_card_chargeDeclinedProcessingError',
  tok_3ds_required: 'pm_card_threeDSecure2Required',
  tok_disputed: 'pm_card_createDispute',
  tok_early_warning: 'pm_card_createIssuerFraudRecord',
};

/** Secret and restricted keys of Stripe's test mode say so themselves. */
const testKeyPattern = /^(?:sk|rk)_test_/;

/** The payment method to charge. Our test tokens mean something under a test key only; anything else goes as it is. */
export function paymentMethodOf(cardToken: string, secretKey: string): string {
  if (!testKeyPattern.test(secretKey) || !Object.hasOwn(testPaymentMethods, cardToken)) return cardToken;
  return testPaymentMethods[cardToken] ?? cardToken;
}
