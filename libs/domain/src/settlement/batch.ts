import { assertFeeWithin } from '../ledger/fee.ts';
import type { CurrencyCode } from '../money/currency.ts';
import { add, isPositive, subtract, zero } from '../money/money.ts';
import type { Money } from '../money/money.ts';
import { invariant } from '../primitives/invariant.ts';
import type { MerchantId, PaymentId } from '../primitives/type-id.ts';

/** Something that waits to be settled. Only captures carry a fee, because it is not returned. */
export type SettlementItem =
  | {
      readonly kind: 'capture';
      readonly merchantId: MerchantId;
      readonly paymentId: PaymentId;
      readonly amount: Money;
      readonly fee: Money;
    }
  | {
      /** A dispute holds its amount back when it is opened and gives it free when it is won; a lost one has been held back. */
      readonly kind: 'refund' | 'dispute_opened' | 'dispute_won';
      readonly merchantId: MerchantId;
      readonly paymentId: PaymentId;
      readonly amount: Money;
    };

/** Gross is what was captured; net is gross less fees, refunds and disputes, and negative when those are more. */
export type SettlementTotals = {
  readonly gross: Money;
  readonly fees: Money;
  readonly refunds: Money;
  /** Held back for disputes that were opened less what those that were won gave free; negative when that is more. */
  readonly disputed: Money;
  readonly net: Money;
};

/** What one merchant is due in one currency. The totals are the sums of the payments' totals. */
export type Batch = SettlementTotals & {
  readonly merchantId: MerchantId;
  readonly currency: CurrencyCode;
  readonly payments: readonly (SettlementTotals & { readonly paymentId: PaymentId })[];
};

/**
 * Gathers the items into one batch per merchant and currency. Batches are in the order of merchant and currency,
 * payments in that of their ids, so that the same items in any order give the same batches.
 */
export function batchesOf(items: readonly SettlementItem[]): readonly Batch[] {
  return groupedBy(items, (item) => `${item.merchantId} ${item.amount.currency}`).map(batchOf);
}

function batchOf(items: Items): Batch {
  const [{ merchantId, amount }] = items;
  const payments = groupedBy(items, (item) => item.paymentId).map((itemsOfPayment) => ({
    paymentId: itemsOfPayment[0].paymentId,
    ...totalsOf(itemsOfPayment),
  }));
  return { merchantId, currency: amount.currency, ...totalsOf(items), payments };
}

function totalsOf(items: Items): SettlementTotals {
  const nothing = zero(items[0].amount.currency);
  const totals = { gross: nothing, fees: nothing, refunds: nothing, disputed: nothing };
  for (const item of items) {
    invariant(isPositive(item.amount), `a ${item.kind} of ${item.paymentId} is above zero, not ${item.amount.minor}`);
    switch (item.kind) {
      case 'capture':
        totals.gross = add(totals.gross, item.amount);
        assertFeeWithin(item.amount, item.fee);
        totals.fees = add(totals.fees, item.fee);
        break;
      case 'refund':
        totals.refunds = add(totals.refunds, item.amount);
        break;
      case 'dispute_opened':
        totals.disputed = add(totals.disputed, item.amount);
        break;
      case 'dispute_won':
        totals.disputed = subtract(totals.disputed, item.amount);
        break;
    }
  }
  const { gross, fees, refunds, disputed } = totals;
  return { ...totals, net: [fees, refunds, disputed].reduce(subtract, gross) };
}

/** A group is never empty: it exists because of its first item. */
type Items = readonly [SettlementItem, ...SettlementItem[]];

/** The groups in the order of their keys. */
function groupedBy(items: readonly SettlementItem[], keyOf: (item: SettlementItem) => string): readonly Items[] {
  const groups = new Map<string, [SettlementItem, ...SettlementItem[]]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return [...groups].toSorted(([first], [second]) => (first < second ? -1 : 1)).map(([, group]) => group);
}
