import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BrokenInvariant, assertBalanced, feeOf, journalOf, money, normalSide } from '#domain';
import type { CurrencyCode, Entry, Journal, LedgerFact } from '#domain';
import { holds } from '../support/property.ts';

const eventId = 'evt_01h455vb4pex5vsknk084sn02q';
const merchantId = 'mer_01h455vb4pex5vsknk084sn02q';
const acquirer = 'alpha';
const eur = (minor: bigint) => money(minor, 'EUR');

const captured = (amount: bigint, fee: bigint): LedgerFact => {
  return { kind: 'payment_captured', eventId, merchantId, acquirer, amount: eur(amount), fee: eur(fee) };
};
const refunded = (amount: bigint): LedgerFact => {
  return { kind: 'payment_refunded', eventId, merchantId, acquirer, amount: eur(amount) };
};
const disputeOpened = (amount: bigint): LedgerFact => ({
  kind: 'dispute_opened',
  eventId,
  merchantId,
  amount: eur(amount),
});
const disputeClosed = (kind: 'dispute_won' | 'dispute_lost', amount: bigint): LedgerFact => {
  return { kind, eventId, merchantId, acquirer, amount: eur(amount) };
};
const batchClosed = (net: bigint): LedgerFact => ({ kind: 'batch_closed', eventId, merchantId, net: eur(net) });

/** One entry per line: direction, account, owner, amount. */
const asText = (journal: Journal | undefined) =>
  journal?.entries.map((entry) =>
    [entry.direction, entry.account, entry.merchantId ?? entry.acquirer ?? 'platform', entry.amount.minor].join(' '),
  );

describe('every account has its normal side', () => {
  it('what is owed to us and what we hold grow by debits, what we owe and what we earn by credits', () => {
    expect(normalSide).toEqual({
      merchant_pending: 'credit',
      merchant_available: 'credit',
      merchant_reserve: 'credit',
      acquirer_receivable: 'debit',
      platform_fees: 'credit',
      platform_cash: 'debit',
    });
  });
});

describe('a fact becomes this journal', () => {
  const rows: [string, LedgerFact, string[] | undefined][] = [
    [
      'a capture with a fee',
      captured(1000n, 59n),
      [
        'debit acquirer_receivable alpha 1000',
        `credit merchant_pending ${merchantId} 941`,
        'credit platform_fees platform 59',
      ],
    ],
    [
      'a capture without a fee',
      captured(1000n, 0n),
      ['debit acquirer_receivable alpha 1000', `credit merchant_pending ${merchantId} 1000`],
    ],
    [
      'a capture that the fee eats whole',
      captured(30n, 30n),
      ['debit acquirer_receivable alpha 30', 'credit platform_fees platform 30'],
    ],
    [
      'a refund, which returns no fee',
      refunded(1000n),
      [`debit merchant_pending ${merchantId} 1000`, 'credit acquirer_receivable alpha 1000'],
    ],
    [
      'a dispute, for which the amount is held back',
      disputeOpened(700n),
      [`debit merchant_pending ${merchantId} 700`, `credit merchant_reserve ${merchantId} 700`],
    ],
    [
      'a dispute that was won',
      disputeClosed('dispute_won', 700n),
      [`debit merchant_reserve ${merchantId} 700`, `credit merchant_pending ${merchantId} 700`],
    ],
    [
      'a dispute that was lost, which the acquirer takes from what it owes us',
      disputeClosed('dispute_lost', 700n),
      [`debit merchant_reserve ${merchantId} 700`, 'credit acquirer_receivable alpha 700'],
    ],
    [
      'a batch that is due to the merchant',
      batchClosed(941n),
      [`debit merchant_pending ${merchantId} 941`, `credit merchant_available ${merchantId} 941`],
    ],
    [
      'a batch that the merchant owes',
      batchClosed(-59n),
      [`debit merchant_available ${merchantId} 59`, `credit merchant_pending ${merchantId} 59`],
    ],
    ['a batch of nothing', batchClosed(0n), undefined],
  ];

  it.each(rows)('%s', (_name, fact, entries) => {
    const journal = journalOf(fact);
    expect(asText(journal)).toEqual(entries);
    if (journal !== undefined) expect([journal.eventId, journal.kind]).toEqual([eventId, fact.kind]);
  });

  it.each([
    ['a capture of zero', captured(0n, 0n)],
    ['a negative capture', captured(-1n, 0n)],
    ['a fee above the capture', captured(10n, 11n)],
    ['a negative fee', captured(10n, -1n)],
    ['a refund of zero', refunded(0n)],
    ['a negative refund', refunded(-1n)],
    ['a dispute of zero', disputeOpened(0n)],
    ['a negative dispute', disputeOpened(-1n)],
    ['a dispute of zero that was won', disputeClosed('dispute_won', 0n)],
    ['a dispute of zero that was lost', disputeClosed('dispute_lost', 0n)],
    ['a fee in another currency', { ...captured(10n, 0n), fee: money(1n, 'USD') } as LedgerFact],
  ])('%s never reaches the books', (_name, fact) => {
    expect(() => journalOf(fact)).toThrow(BrokenInvariant);
  });
});

describe('a journal balances', () => {
  const debit = (amount: bigint, currency: CurrencyCode = 'EUR'): Entry => {
    return { account: 'platform_cash', direction: 'debit', amount: money(amount, currency) };
  };
  const credit = (amount: bigint, currency: CurrencyCode = 'EUR'): Entry => {
    return { account: 'platform_fees', direction: 'credit', amount: money(amount, currency) };
  };
  const journal = (...entries: Entry[]): Journal => ({ eventId, kind: 'payment_captured', entries });

  it.each([
    ['no entries', journal()],
    ['one side only', journal(debit(1n))],
    ['unequal sides', journal(debit(2n), credit(1n))],
    ['sides of different currencies', journal(debit(1n, 'EUR'), credit(1n, 'USD'))],
    ['an entry of zero', journal(debit(1n), credit(1n), debit(0n))],
    ['a negative entry', journal(debit(1n), debit(-1n))],
  ])('or is refused: %s', (_name, unbalanced) => {
    expect(() => assertBalanced(unbalanced)).toThrow(BrokenInvariant);
  });

  it('in each currency by itself', () => {
    const balanced = journal(
      debit(3n, 'EUR'),
      credit(3n, 'EUR'),
      debit(5n, 'JPY'),
      credit(4n, 'JPY'),
      credit(1n, 'JPY'),
    );
    expect(() => assertBalanced(balanced)).not.toThrow();
  });

  it('for any fact, with entries above zero', () => {
    const amounts = fc.bigInt({ min: 1n, max: 10n ** 15n });
    const currencies = fc.constantFrom<CurrencyCode>('EUR', 'JPY', 'BHD', 'CLF');
    const facts = fc.oneof(
      fc
        .tuple(amounts, fc.bigInt({ min: 0n, max: 10_000n }), currencies)
        .map(([amount, share, currency]): LedgerFact => {
          const fee = money((amount * share) / 10_000n, currency);
          return { kind: 'payment_captured', eventId, merchantId, acquirer, amount: money(amount, currency), fee };
        }),
      fc.tuple(amounts, currencies).map(([amount, currency]): LedgerFact => {
        return { kind: 'payment_refunded', eventId, merchantId, acquirer, amount: money(amount, currency) };
      }),
      fc
        .tuple(amounts, currencies, fc.constantFrom('dispute_opened', 'dispute_won', 'dispute_lost'))
        .map(([amount, currency, kind]): LedgerFact => {
          return { kind, eventId, merchantId, acquirer, amount: money(amount, currency) };
        }),
      fc.tuple(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), currencies).map(([net, currency]): LedgerFact => {
        return { kind: 'batch_closed', eventId, merchantId, net: money(net, currency) };
      }),
    );
    holds(
      fc.property(facts, (fact) => {
        const entries = journalOf(fact)?.entries ?? [];
        const sum = (direction: string) =>
          entries
            .filter((entry) => entry.direction === direction)
            .reduce((total, { amount }) => total + amount.minor, 0n);
        expect(sum('debit')).toBe(sum('credit'));
        expect(entries.every(({ amount }) => amount.minor > 0n)).toBe(true);
      }),
    );
  });

  it('and an account without its owner does not compile', () => {
    // @ts-expect-error a merchant's account needs the merchant
    const ownerless: Entry = { account: 'merchant_pending', direction: 'debit', amount: money(1n, 'EUR') };
    // @ts-expect-error the platform's account belongs to no merchant
    const foreign: Entry = { ...debit(1n), account: 'platform_cash', merchantId };
    expect([ownerless.account, foreign.account]).toEqual(['merchant_pending', 'platform_cash']);
  });
});

describe('the fee of a capture', () => {
  it.each([
    // amount, basis points, fixed, fee
    [1000n, 290n, 30n, 59n],
    [1000n, 0n, 0n, 0n],
    [1000n, 0n, 25n, 25n],
    [50n, 100n, 0n, 0n], // 0.5 goes to the even 0
    [150n, 100n, 0n, 2n], // 1.5 goes to the even 2
    [250n, 100n, 0n, 2n], // 2.5 goes to the even 2
    [51n, 100n, 0n, 1n],
    [30n, 290n, 30n, 30n], // 1 + 30 is more than there is
    [1n, 10_000n, 0n, 1n],
    [100n, 20_000n, 0n, 100n],
  ])('of %s at %s basis points and %s is %s', (amount, basisPoints, fixed, fee) => {
    expect(feeOf(eur(amount), { basisPoints, fixed: eur(fixed) })).toEqual(eur(fee));
  });

  it('is not asked of nothing, nor with negative terms', () => {
    expect(() => feeOf(eur(0n), { basisPoints: 1n, fixed: eur(0n) })).toThrow(BrokenInvariant);
    expect(() => feeOf(eur(1n), { basisPoints: 1n, fixed: eur(-1n) })).toThrow(BrokenInvariant);
    expect(() => feeOf(eur(1n), { basisPoints: -1n, fixed: eur(0n) })).toThrow(BrokenInvariant);
  });

  it('has its fixed part in the currency of the capture', () => {
    // @ts-expect-error a fixed fee in dollars on a capture in euros
    expect(() => feeOf(eur(1n), { basisPoints: 1n, fixed: money(1n, 'USD') })).toThrow(BrokenInvariant);
  });
});
