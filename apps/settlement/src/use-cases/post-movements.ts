import { Injectable } from '@nestjs/common';
import { feeOf, invariant, journalOf } from '#domain';
import type { EventId, FeeTerms, Journal, MerchantId, Money, PaymentId, SettlementItem } from '#domain';
import type { SettlementStores } from '../stores/settlement-stores.ts';

/** Money that moved at an acquirer, or is disputed there, as the event told it. */
export type MoneyMovement = {
  readonly eventId: EventId;
  readonly merchantId: MerchantId;
  readonly paymentId: PaymentId;
  readonly acquirer: string;
  readonly amount: Money;
  readonly occurredAt: Date;
} & (
  | { readonly kind: 'capture'; readonly terms: FeeTerms }
  | { readonly kind: 'refund' | 'dispute_opened' | 'dispute_won' | 'dispute_lost' }
);

/** Writes captures, refunds and disputes into the books, and puts them down for settlement. The same movement again changes nothing. */
@Injectable()
export class PostMovements {
  async execute(tx: SettlementStores, movements: readonly MoneyMovement[]): Promise<void> {
    const items = movements.flatMap((movement) => {
      const item = itemOf(movement);
      return item === undefined ? [] : [{ eventId: movement.eventId, occurredAt: movement.occurredAt, item }];
    });
    const journals = movements.map((movement) => ({
      occurredAt: movement.occurredAt,
      journal: journalOfMovement(movement),
    }));
    await Promise.all([tx.journals.post(journals), tx.items.add(items)]);
  }
}

/** A dispute that was lost changes nothing about what the merchant is due: it was held back when the dispute was opened. */
function itemOf(movement: MoneyMovement): SettlementItem | undefined {
  const { merchantId, paymentId, amount } = movement;
  switch (movement.kind) {
    case 'capture':
      return { kind: 'capture', merchantId, paymentId, amount, fee: feeOf(amount, movement.terms) };
    case 'dispute_lost':
      return undefined;
    default:
      return { kind: movement.kind, merchantId, paymentId, amount };
  }
}

function journalOfMovement(movement: MoneyMovement): Journal {
  const { eventId, merchantId, acquirer, amount } = movement;
  const moved = { eventId, merchantId, acquirer, amount };
  const journal = journalOf(
    movement.kind === 'capture'
      ? { ...moved, kind: 'payment_captured', fee: feeOf(amount, movement.terms) }
      : { ...moved, kind: movement.kind === 'refund' ? 'payment_refunded' : movement.kind },
  );
  invariant(journal !== undefined, `the ${movement.kind} of ${eventId} moves nothing`);
  return journal;
}
