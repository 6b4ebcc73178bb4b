import { emptyBalance, type Balance, type Payment, type PaymentState } from '#domain';

const some = (part: Partial<Balance>): Balance => ({ ...emptyBalance, ...part });

/** What each state looks like on a payment of 100 that is all there is to it. */
const balances: Record<PaymentState, Balance> = {
  processing: emptyBalance,
  requires_action: emptyBalance,
  in_review: emptyBalance,
  authorized: some({ authorized: 100n }),
  voiding: some({ authorized: 100n }),
  partially_captured: some({ authorized: 100n, captured: 60n }),
  captured: some({ authorized: 100n, captured: 100n }),
  partially_refunded: some({ authorized: 100n, captured: 100n, refunded: 40n }),
  refunded: some({ authorized: 100n, captured: 100n, refunded: 100n }),
  voided: some({ authorized: 100n, voided: 100n }),
  expired: some({ authorized: 100n, voided: 100n }),
  declined: emptyBalance,
  failed: emptyBalance,
};

/** A payment of 1.00 EUR in this state. */
export function paymentIn(state: PaymentState, change: Partial<Payment> = {}): Payment {
  return {
    id: 'pay_01m7xw6x1seak8sd6yf8gva7q8',
    merchantId: 'mer_01m7xw6x1seak8sd6yf8gva7q9',
    reference: 'order-1',
    attemptNumber: 1,
    state,
    captureMethod: 'manual',
    amount: { minor: 100n, currency: 'EUR' },
    balance: balances[state],
    cardToken: 'tok_visa',
    decline: null,
    returnUrl: null,
    redirectUrl: null,
    authorizationExpiresAt: null,
    terms: {
      feeBasisPoints: 150,
      feeFixed: 25n,
      riskLimit: 100_000n,
      riskFloor: 5_000n,
      routingVersion: 0,
      patienceMs: 60_000,
    },
    version: 1,
    createdAt: new Date('2026-11-21T10:00:00Z'),
    updatedAt: new Date('2026-11-21T10:00:00Z'),
    ...change,
  };
}
