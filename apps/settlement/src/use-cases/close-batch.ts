import { Inject, Injectable } from '@nestjs/common';
import type { SettlementEventData } from '#contracts';
import { batchesOf, invariant, journalOf } from '#domain';
import type { Batch, BatchId, Clock, EventId, Ids } from '#domain';
import { UnitOfWork, type NewEvent } from '#persistence';
import { CLOCK, IDS } from '#runtime';
import type { ClosedBatch, SettledPayment } from '../stores/batch.store.ts';
import type { OpenItem, SettlementAccount } from '../stores/item.store.ts';
import type { SettlementStores } from '../stores/settlement-stores.ts';

/** One transaction writes a few rows and an event per item: at 500 it takes tens of milliseconds, and a crash repeats little. */
const itemsMax = 500;

/** Amounts in events are JSON integers, the sums of a batch too. */
const minorMax = BigInt(Number.MAX_SAFE_INTEGER);

/** `closed`: there may be more before this cut-off. `nothing_open`: no item waits, or somebody else is closing. */
export type ClosingResult =
  | { readonly kind: 'closed'; readonly batchId: BatchId; readonly batch: Batch }
  | { readonly kind: 'nothing_open' };

/** Settles what waited for the cut-off: pending becomes available, each payment and the batch are announced. */
@Injectable()
export class CloseBatch {
  constructor(
    private readonly unitOfWork: UnitOfWork<SettlementStores>,
    @Inject(IDS) private readonly ids: Ids,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Closes one batch of the account; items from the cut-off on wait for the next. */
  execute(account: SettlementAccount, cutoffAt: Date): Promise<ClosingResult> {
    return this.unitOfWork.run(async (tx): Promise<ClosingResult> => {
      if (!(await tx.items.lockAccount(account))) return { kind: 'nothing_open' };
      const items = itemsOfOneBatch(await tx.items.open(account, cutoffAt, itemsMax));
      const [batch] = batchesOf(items.map(({ item }) => item));
      if (batch === undefined) return { kind: 'nothing_open' };

      const closed = { id: this.ids.next('bat'), batch, cutoffAt, closedAt: this.clock.now() };
      await tx.batches.add(closed);
      await tx.items.assign(
        closed.id,
        items.map(({ eventId }) => eventId),
      );
      await this.announce(tx, closed);
      return { kind: 'closed', batchId: closed.id, batch };
    });
  }

  private async announce(tx: SettlementStores, closed: ClosedBatch): Promise<void> {
    const eventId = this.ids.next('evt');
    const { merchantId, net } = closed.batch;
    const journal = journalOf({ kind: 'batch_closed', eventId, merchantId, net });
    if (journal !== undefined) await tx.journals.post([{ journal, occurredAt: closed.closedAt }]);

    const settled = await tx.batches.settlePayments(closed.batch);
    const payments = settled.map((payment) => paymentSettled(closed, payment));
    await tx.events.append(...payments, batchClosed(closed, eventId));
  }
}

/** As many, from the first on, as together stay within what an event can tell. */
function itemsOfOneBatch(items: readonly OpenItem[]): readonly OpenItem[] {
  let sum = 0n;
  const tooMany = items.findIndex(({ item }) => (sum += item.amount.minor) > minorMax);
  invariant(tooMany !== 0, 'an item alone is more than an event can tell');
  return tooMany === -1 ? items : items.slice(0, tooMany);
}

function paymentSettled({ id, batch, closedAt }: ClosedBatch, settled: SettledPayment): NewEvent {
  const payload: SettlementEventData<'payment.settled'> = {
    paymentId: settled.paymentId,
    batchId: id,
    currency: batch.currency,
    net: Number(settled.net.minor),
    fee: Number(settled.fee.minor),
    settledAt: closedAt.toISOString(),
  };
  return {
    merchantId: batch.merchantId,
    aggregateType: 'payment',
    aggregateId: settled.paymentId,
    aggregateVersion: settled.version,
    type: 'payment.settled',
    payload,
  };
}

function batchClosed({ id, batch, closedAt }: ClosedBatch, eventId: EventId): NewEvent {
  const payload: SettlementEventData<'batch.closed'> = {
    batchId: id,
    currency: batch.currency,
    gross: Number(batch.gross.minor),
    refunded: Number(batch.refunds.minor),
    fee: Number(batch.fees.minor),
    disputed: Number(batch.disputed.minor),
    net: Number(batch.net.minor),
    payments: batch.payments.length,
    closedAt: closedAt.toISOString(),
  };
  return {
    id: eventId,
    merchantId: batch.merchantId,
    aggregateType: 'batch',
    aggregateId: id,
    aggregateVersion: 1,
    type: 'batch.closed',
    payload,
  };
}
