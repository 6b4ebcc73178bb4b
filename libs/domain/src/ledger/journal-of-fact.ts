import { isPositive, isZero, negate, subtract } from '../money/money.ts';
import type { Money } from '../money/money.ts';
import { invariant } from '../primitives/invariant.ts';
import type { EventId, MerchantId } from '../primitives/type-id.ts';
import { assertFeeWithin } from './fee.ts';
import { assertBalanced, credit, debit } from './journal.ts';
import type { Entry, Journal } from './journal.ts';

/** What happened, as far as the books care. The event is the one that told it, and the journal's key. */
export type LedgerFact = PaymentCaptured | PaymentRefunded | DisputeOpened | DisputeClosed | BatchClosed;

type PaymentCaptured = {
  readonly kind: 'payment_captured';
  readonly eventId: EventId;
  readonly merchantId: MerchantId;
  readonly acquirer: string;
  readonly amount: Money;
  /** Between zero and the amount, both included. */
  readonly fee: Money;
};

type PaymentRefunded = {
  readonly kind: 'payment_refunded';
  readonly eventId: EventId;
  readonly merchantId: MerchantId;
  readonly acquirer: string;
  readonly amount: Money;
};

type DisputeOpened = {
  readonly kind: 'dispute_opened';
  readonly eventId: EventId;
  readonly merchantId: MerchantId;
  readonly amount: Money;
};

type DisputeClosed = {
  readonly kind: 'dispute_won' | 'dispute_lost';
  readonly eventId: EventId;
  readonly merchantId: MerchantId;
  readonly acquirer: string;
  readonly amount: Money;
};

type BatchClosed = {
  readonly kind: 'batch_closed';
  readonly eventId: EventId;
  readonly merchantId: MerchantId;
  /** Negative when more was refunded or held back than was captured. */
  readonly net: Money;
};

/** The balanced journal of a fact, or undefined when nothing moves: a batch whose net is zero. */
export function journalOf(fact: LedgerFact): Journal | undefined {
  const entries = entriesOf(fact);
  if (entries.length === 0) return undefined;

  const journal: Journal = { eventId: fact.eventId, kind: fact.kind, entries };
  assertBalanced(journal);
  return journal;
}

function entriesOf(fact: LedgerFact): readonly Entry[] {
  switch (fact.kind) {
    case 'payment_captured':
      return captured(fact);
    case 'payment_refunded':
      return refunded(fact);
    case 'dispute_opened':
      return heldBack(fact);
    case 'dispute_won':
      return givenFree(fact);
    case 'dispute_lost':
      return chargedBack(fact);
    case 'batch_closed':
      return closed(fact);
  }
}

/** The acquirer owes us the whole amount; we owe the merchant what is left after the fee, which is earned at once. */
function captured({ merchantId, acquirer, amount, fee }: PaymentCaptured): readonly Entry[] {
  invariant(isPositive(amount), `a capture is above zero, not ${amount.minor}`);
  assertFeeWithin(amount, fee);
  return withoutZeros([
    debit({ account: 'acquirer_receivable', acquirer }, amount),
    credit({ account: 'merchant_pending', merchantId }, subtract(amount, fee)),
    credit({ account: 'platform_fees' }, fee),
  ]);
}

/**
 * The merchant bears the whole refund. The fee of the capture is not returned: the acquirer was used and keeps its own
 * share too. Hence a fully refunded payment leaves the merchant owing us the fee.
 */
function refunded({ merchantId, acquirer, amount }: PaymentRefunded): readonly Entry[] {
  invariant(isPositive(amount), `a refund is above zero, not ${amount.minor}`);
  return [
    debit({ account: 'merchant_pending', merchantId }, amount),
    credit({ account: 'acquirer_receivable', acquirer }, amount),
  ];
}

/** The acquirer may take the amount from what it owes us, so the merchant is not paid it for now. */
function heldBack({ merchantId, amount }: DisputeOpened): readonly Entry[] {
  assertDisputable(amount);
  return [
    debit({ account: 'merchant_pending', merchantId }, amount),
    credit({ account: 'merchant_reserve', merchantId }, amount),
  ];
}

function givenFree({ merchantId, amount }: DisputeClosed): readonly Entry[] {
  assertDisputable(amount);
  return [
    debit({ account: 'merchant_reserve', merchantId }, amount),
    credit({ account: 'merchant_pending', merchantId }, amount),
  ];
}

/** What was held back pays for it. As with a refund, the fee of the capture is not returned. */
function chargedBack({ merchantId, acquirer, amount }: DisputeClosed): readonly Entry[] {
  assertDisputable(amount);
  return [
    debit({ account: 'merchant_reserve', merchantId }, amount),
    credit({ account: 'acquirer_receivable', acquirer }, amount),
  ];
}

function assertDisputable(amount: Money): void {
  invariant(isPositive(amount), `a dispute is about more than ${amount.minor}`);
}

/** Pending becomes available. A negative net goes the other way and is taken from what was available before. */
function closed({ merchantId, net }: BatchClosed): readonly Entry[] {
  const pending = { account: 'merchant_pending', merchantId } as const;
  const available = { account: 'merchant_available', merchantId } as const;
  if (isZero(net)) return [];
  if (isPositive(net)) return [debit(pending, net), credit(available, net)];
  return [debit(available, negate(net)), credit(pending, negate(net))];
}

/** A capture without a fee, or one that the fee eats whole, has two entries in place of three. */
function withoutZeros(entries: readonly Entry[]): readonly Entry[] {
  return entries.filter((entry) => !isZero(entry.amount));
}
