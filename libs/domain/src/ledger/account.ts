/**
 * On which side an account grows. What we own or are owed grows by debits; what we owe to merchants, and what we earn,
 * by credits.
 */
export const normalSide = {
  /** What we owe a merchant for payments that no batch has closed over yet. */
  merchant_pending: 'credit',
  /** What we owe a merchant and would pay out. */
  merchant_available: 'credit',
  /** What we hold back from a merchant against later refunds and disputes. */
  merchant_reserve: 'credit',
  /** What an acquirer has collected and not yet paid to us. */
  acquirer_receivable: 'debit',
  /** What we have earned from merchants. */
  platform_fees: 'credit',
  /** Money on our own bank account. */
  platform_cash: 'debit',
} as const satisfies Record<string, Direction>;

export type Direction = 'debit' | 'credit';

export type AccountName = keyof typeof normalSide;

/** There is one of these per merchant and currency. */
export type MerchantAccountName = Extract<AccountName, `merchant_${string}`>;

/** There is one of these per acquirer and currency. */
export type AcquirerAccountName = Extract<AccountName, `acquirer_${string}`>;

/** There is one of these per currency. */
export type PlatformAccountName = Extract<AccountName, `platform_${string}`>;
