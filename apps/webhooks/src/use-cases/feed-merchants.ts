import { Inject, Injectable } from '@nestjs/common';
import { aggregateKey, causeOf, inVersionOrder, invariant, isAskedFor } from '#domain';
import type { Clock, EventId, Id, Ids, MerchantEvent, MerchantId, PaymentId } from '#domain';
import { CLOCK, IDS } from '#runtime';
import type { NewDelivery } from '../stores/delivery.store.ts';
import type { FeedEntry } from '../stores/feed.store.ts';
import type { WebhooksStores } from '../stores/webhooks-stores.ts';

/** Something that happened, whether merchants are told or not. */
export interface Happening {
  readonly eventId: EventId;
  readonly merchantId: MerchantId;
  readonly source: string;
  readonly aggregateId: Id<string>;
  /** 1…n within the aggregate of the source. */
  readonly version: number;
  readonly occurredAt: Date;
  /** What the merchant is told of it; undefined when it is none of theirs. */
  readonly told: MerchantEvent | undefined;
}

/**
 * Tells merchants what happened, each fact once, in order and numbered without a gap, and sends it on its way to their
 * endpoints.
 *
 * The numbers come from the merchant's counter, which is locked once for all of its events: taking turns there makes the
 * numbers gapless, and a batch makes the turns few.
 */
@Injectable()
export class FeedMerchants {
  constructor(
    @Inject(IDS) private readonly ids: Ids,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Gives the events that came before something that they need, and of which nothing has been written. */
  async execute(tx: WebhooksStores, happenings: readonly Happening[]): Promise<ReadonlySet<EventId>> {
    const lastSequence = await tx.feed.lock(new Set(happenings.map(({ merchantId }) => merchantId)));
    const causeless = await this.withoutCause(tx, happenings);
    const caused = happenings.filter(({ eventId }) => !causeless.has(eventId));
    const versioned = caused.map((happening) => ({ ...happening, aggregate: aggregateKey(happening) }));
    const { next, early } = inVersionOrder(versioned, await tx.seenVersions.of(caused));

    await tx.seenVersions.note([...new Map(next.map((happening) => [happening.aggregate, happening])).values()]);
    const entries = next.flatMap((happening) => entryOf(happening, lastSequence));
    await tx.feed.append(entries);
    await tx.deliveries.add(await this.deliveriesOf(tx, entries), this.clock.now());
    return new Set([...causeless, ...early.map(({ eventId }) => eventId)]);
  }

  /** The consequence of what the merchant has not been told yet. */
  private async withoutCause(tx: WebhooksStores, happenings: readonly Happening[]): Promise<ReadonlySet<EventId>> {
    const causeless = new Set<EventId>();
    for (const [type, effects] of Map.groupBy(happenings, causeTypeOf)) {
      if (type === undefined) continue;
      const payments = effects.map(({ merchantId, told }) => ({ merchantId, paymentId: paymentOf(told) }));
      const caused = await tx.feed.toldOf(type, payments);
      for (const { eventId, told } of effects) if (!caused.has(paymentOf(told))) causeless.add(eventId);
    }
    return causeless;
  }

  private async deliveriesOf(tx: WebhooksStores, entries: readonly FeedEntry[]): Promise<NewDelivery[]> {
    if (entries.length === 0) return [];
    const listening = await tx.endpoints.listening(new Set(entries.map(({ merchantId }) => merchantId)));
    const endpoints = Map.groupBy(listening, ({ merchantId }) => merchantId);
    return entries.flatMap(({ merchantId, eventId, sequence, type }) =>
      (endpoints.get(merchantId) ?? [])
        .filter(({ eventTypes }) => isAskedFor(type, eventTypes))
        .map(({ id: endpointId }) => ({ merchantId, id: this.ids.next('whd'), endpointId, eventId, sequence })),
    );
  }
}

function causeTypeOf({ told }: Happening) {
  return told && causeOf[told.type];
}

function paymentOf(told: MerchantEvent | undefined): PaymentId {
  invariant(told !== undefined, 'only what merchants are told has a cause');
  return told.paymentId;
}

/** Numbers the entry, and moves the merchant's last number on. */
function entryOf(happening: Happening, lastSequence: Map<MerchantId, bigint>): FeedEntry[] {
  const { merchantId, eventId, occurredAt, told } = happening;
  if (told === undefined) return [];
  const last = lastSequence.get(merchantId);
  invariant(last !== undefined, `the counter of ${merchantId} is not locked`);
  lastSequence.set(merchantId, last + 1n);
  return [{ merchantId, sequence: last + 1n, eventId, occurredAt, ...told }];
}
