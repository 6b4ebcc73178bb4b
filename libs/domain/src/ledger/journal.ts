import type { CurrencyCode } from '../money/currency.ts';
import { add, isPositive, subtract, zero } from '../money/money.ts';
import type { Money } from '../money/money.ts';
import { invariant } from '../primitives/invariant.ts';
import type { EventId, MerchantId } from '../primitives/type-id.ts';
import type { AcquirerAccountName, Direction, MerchantAccountName, PlatformAccountName } from './account.ts';

/**
 * Whose account it is follows from the account's name: an entry on a merchant's account without the merchant does not
 * compile.
 */
type AccountOf =
  | { readonly account: MerchantAccountName; readonly merchantId: MerchantId; readonly acquirer?: undefined }
  | { readonly account: AcquirerAccountName; readonly acquirer: string; readonly merchantId?: undefined }
  | { readonly account: PlatformAccountName; readonly merchantId?: undefined; readonly acquirer?: undefined };

/** One side of a movement. The amount is always above zero: which way it goes is said by the direction alone. */
export type Entry = AccountOf & { readonly direction: Direction; readonly amount: Money };

/** What one event means to the books. There is at most one journal per event, so the event's id is its key. */
export type Journal = { readonly eventId: EventId; readonly kind: JournalKind; readonly entries: readonly Entry[] };

export type JournalKind =
  | 'payment_captured'
  | 'payment_refunded'
  | 'dispute_opened'
  | 'dispute_won'
  | 'dispute_lost'
  | 'batch_closed';

export function debit(account: AccountOf, amount: Money): Entry {
  return { ...account, direction: 'debit', amount };
}

export function credit(account: AccountOf, amount: Money): Entry {
  return { ...account, direction: 'credit', amount };
}

/** Throws unless every entry is above zero and debits equal credits in each currency by itself. */
export function assertBalanced(journal: Journal): void {
  invariant(journal.entries.length > 0, `the journal of ${journal.eventId} has no entries`);
  for (const entry of journal.entries) {
    invariant(isPositive(entry.amount), `${entry.account} of ${journal.eventId} has an entry of ${entry.amount.minor}`);
  }
  for (const [currency, difference] of debitsMinusCredits(journal.entries)) {
    invariant(difference.minor === 0n, `the journal of ${journal.eventId} is out by ${difference.minor} ${currency}`);
  }
}

function debitsMinusCredits(entries: readonly Entry[]): ReadonlyMap<CurrencyCode, Money> {
  const differences = new Map<CurrencyCode, Money>();
  for (const { direction, amount } of entries) {
    const difference = differences.get(amount.currency) ?? zero(amount.currency);
    differences.set(amount.currency, direction === 'debit' ? add(difference, amount) : subtract(difference, amount));
  }
  return differences;
}
