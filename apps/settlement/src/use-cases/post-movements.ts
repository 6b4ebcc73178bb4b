import { Injectable } from '@nestjs/common';
import { feeOf, invariant, journalOf } from '#domain';
import type { EventId, FeeTerms, Journal, MerchantId, Money, PaymentId, SettlementItem } from '#domain';
import type { SettlementStores } from '../stores/settlement-stores.ts';

/** Money that moved at an acquirer, as the event told it. */
export type MoneyMovement = {
  readonly eventId: EventId;
  readonly merchantId: MerchantId;
  readonly paymentId: PaymentId;
  readonly acquirer: string;
  readonly amount: Money;
  readonly occurredAt: Date;
} & ({ readonly kind: 'capture'; readonly terms: FeeTerms } | { readonly kind: 'refund' });

/** Writes captures and refunds into the books, and puts them down for settlement. The same movement again changes nothing. */
@Injectable()
export class PostMovements {
  async execute(tx: SettlementStores, movements: readonly MoneyMovement[]): Promise<void> {
    const items = movements.map((movement) => ({
      eventId: movement.eventId,
      occurredAt: movement.occurredAt,
      item: itemOf(movement),
    }));
    const journals = movements.map((movement) => ({
      occurredAt: movement.occurredAt,
      journal: journalOfMovement(movement),
    }));
    await tx.journals.post(journals);
    await tx.items.add(items);
  }
}

function itemOf(movement: MoneyMovement): SettlementItem {
  const { merchantId, paymentId, amount } = movement;
  return movement.kind === 'capture'
    ? { kind: 'capture', merchantId, paymentId, amount, fee: feeOf(amount, movement.terms) }
    : { kind: 'refund', merchantId, paymentId, amount };
}

function journalOfMovement(movement: MoneyMovement): Journal {
  const { eventId, merchantId, acquirer, amount } = movement;
  const moved = { eventId, merchantId, acquirer, amount };
  const journal = journalOf(
    movement.kind === 'capture'
      ? { ...moved, kind: 'payment_captured', fee: feeOf(amount, movement.terms) }
      : { ...moved, kind: 'payment_refunded' },
  );
  invariant(journal !== undefined, `the ${movement.kind} of ${eventId} moves nothing`);
  return journal;
}
