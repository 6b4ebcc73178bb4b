import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BrokenInvariant, batchesOf, idOf, journalOf, money } from '#domain';
import type { CurrencyCode, Journal, LedgerFact, MerchantId, PaymentId, SettlementItem } from '#domain';
import { holds } from '../support/property.ts';

const numbered = <P extends string>(prefix: P, number: number) =>
  idOf(prefix, `01890a5d-ac96-774b-bcce-${number.toString(16).padStart(12, '0')}`);
const merchantA = numbered('mer', 1);
const merchantB = numbered('mer', 2);
const payment = (number: number): PaymentId => numbered('pay', number);

type Place = { merchantId?: MerchantId; currency?: CurrencyCode };
const capture = (paymentNumber: number, amount: bigint, fee: bigint, place: Place = {}): SettlementItem => {
  const { merchantId = merchantA, currency = 'EUR' } = place;
  const paymentId = payment(paymentNumber);
  return { kind: 'capture', merchantId, paymentId, amount: money(amount, currency), fee: money(fee, currency) };
};
const refund = (paymentNumber: number, amount: bigint, place: Place = {}): SettlementItem => {
  const { merchantId = merchantA, currency = 'EUR' } = place;
  return { kind: 'refund', merchantId, paymentId: payment(paymentNumber), amount: money(amount, currency) };
};
const dispute = (kind: 'dispute_opened' | 'dispute_won', paymentNumber: number, amount: bigint, place: Place = {}) => {
  const { merchantId = merchantA, currency = 'EUR' } = place;
  return { kind, merchantId, paymentId: payment(paymentNumber), amount: money(amount, currency) } as const;
};
const totals = (
  currency: CurrencyCode,
  gross: bigint,
  fees: bigint,
  refunds: bigint,
  net: bigint,
  disputed: bigint = 0n,
) => ({
  gross: money(gross, currency),
  fees: money(fees, currency),
  refunds: money(refunds, currency),
  disputed: money(disputed, currency),
  net: money(net, currency),
});

describe('a batch', () => {
  it('of nothing is none', () => {
    expect(batchesOf([])).toEqual([]);
  });

  it('sums captures, fees and refunds, as a whole and per payment', () => {
    const items = [capture(1, 1000n, 59n), capture(1, 500n, 45n), capture(2, 200n, 36n), refund(1, 700n)];
    expect(batchesOf(items)).toEqual([
      {
        merchantId: merchantA,
        currency: 'EUR',
        ...totals('EUR', 1700n, 140n, 700n, 860n),
        payments: [
          { paymentId: payment(1), ...totals('EUR', 1500n, 104n, 700n, 696n) },
          { paymentId: payment(2), ...totals('EUR', 200n, 36n, 0n, 164n) },
        ],
      },
    ]);
  });

  it('goes negative when refunds of earlier batches are more than its captures', () => {
    const [batch] = batchesOf([capture(2, 100n, 33n), refund(1, 1000n)]);
    expect(batch).toMatchObject(totals('EUR', 100n, 33n, 1000n, -933n));
    expect(batch?.payments.map(({ net }) => net.minor)).toEqual([-1000n, 67n]);
  });

  it('holds back what is disputed, and gives it free when the dispute was won', () => {
    const [first] = batchesOf([capture(1, 1000n, 59n), dispute('dispute_opened', 1, 400n)]);
    expect(first).toMatchObject(totals('EUR', 1000n, 59n, 0n, 541n, 400n));
    const [second] = batchesOf([dispute('dispute_won', 1, 400n), capture(2, 100n, 33n)]);
    expect(second).toMatchObject(totals('EUR', 100n, 33n, 0n, 467n, -400n));
    expect(second?.payments.map(({ net }) => net.minor)).toEqual([400n, 67n]);
    const [both] = batchesOf([dispute('dispute_won', 1, 400n), dispute('dispute_opened', 1, 400n)]);
    expect(both).toMatchObject(totals('EUR', 0n, 0n, 0n, 0n));
  });

  it('is one per merchant and currency, in their order', () => {
    const items = [
      capture(4, 4n, 0n, { merchantId: merchantB }),
      capture(3, 3n, 0n, { currency: 'JPY' }),
      capture(2, 2n, 0n),
      capture(1, 1n, 0n, { merchantId: merchantB, currency: 'BHD' }),
    ];
    expect(batchesOf(items).map(({ merchantId, currency, net }) => [merchantId, currency, net.minor])).toEqual([
      [merchantA, 'EUR', 2n],
      [merchantA, 'JPY', 3n],
      [merchantB, 'BHD', 1n],
      [merchantB, 'EUR', 4n],
    ]);
  });

  it.each([
    ['a capture of zero', capture(1, 0n, 0n)],
    ['a negative refund', refund(1, -1n)],
    ['a dispute of zero', dispute('dispute_opened', 1, 0n)],
    ['a fee above its capture', capture(1, 10n, 11n)],
    ['a negative fee', capture(1, 10n, -1n)],
  ])('holds no %s', (_name, item) => {
    expect(() => batchesOf([item])).toThrow(BrokenInvariant);
  });
});

const place = fc.record({
  merchantId: fc.constantFrom(merchantA, merchantB),
  currency: fc.constantFrom<CurrencyCode>('EUR', 'JPY'),
});
const amounts = fc.bigInt({ min: 1n, max: 10n ** 12n });
const paymentNumbers = fc.integer({ min: 1, max: 5 });
const items = fc.array(
  fc.oneof(
    fc.tuple(paymentNumbers, amounts, place).map(([number, amount, at]) => capture(number, amount, amount / 30n, at)),
    fc.tuple(paymentNumbers, amounts, place).map(([number, amount, at]) => refund(number, amount, at)),
    fc
      .tuple(fc.constantFrom('dispute_opened', 'dispute_won'), paymentNumbers, amounts, place)
      .map(([kind, number, amount, at]) => dispute(kind, number, amount, at)),
  ),
  { maxLength: 30 },
);

describe('batches of any items', () => {
  it('do not depend on the order of the items', () => {
    const shuffled = items.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    holds(
      fc.property(shuffled, ([list, otherOrder]) => {
        expect(batchesOf(otherOrder)).toEqual(batchesOf(list));
      }),
    );
  });

  it('empty the pending accounts into the available ones', () => {
    holds(
      fc.property(items, (list) => {
        const batches = batchesOf(list);
        const closings = batches.map(({ merchantId, net }): LedgerFact => ({
          ...known,
          kind: 'batch_closed',
          merchantId,
          net,
        }));
        const journals = [...list.map(factOf), ...closings].map(journalOf);
        for (const { merchantId, currency, net } of batches) {
          expect(credited(journals, 'merchant_pending', merchantId, currency)).toBe(0n);
          expect(credited(journals, 'merchant_available', merchantId, currency)).toBe(net.minor);
        }
      }),
    );
  });
});

const known = { eventId: numbered('evt', 1), acquirer: 'alpha' } as const;

const factKinds = {
  capture: 'payment_captured',
  refund: 'payment_refunded',
  dispute_opened: 'dispute_opened',
  dispute_won: 'dispute_won',
} as const;

function factOf(item: SettlementItem): LedgerFact {
  return { ...known, ...item, kind: factKinds[item.kind] } as LedgerFact;
}

function credited(journals: (Journal | undefined)[], account: string, merchantId: MerchantId, currency: CurrencyCode) {
  return journals
    .flatMap((journal) => journal?.entries ?? [])
    .filter(
      (entry) => entry.account === account && entry.merchantId === merchantId && entry.amount.currency === currency,
    )
    .reduce((sum, { direction, amount }) => sum + (direction === 'credit' ? amount.minor : -amount.minor), 0n);
}
