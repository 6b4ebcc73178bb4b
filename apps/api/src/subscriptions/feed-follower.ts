import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { hints } from '#contracts';
import { uuidOf, type MerchantId } from '#domain';
import { Broker } from '#messaging';
import type { Sql } from '#persistence';
import { SQL } from '#runtime';
import { FeedReader, type FeedEvent } from '../readers/feed-reader.ts';
import { Bells } from './bells.ts';
import { LiveSequence } from './live-sequence.ts';

/** Behind lost hints: the longest that an event goes unnoticed. */
const pollMs = 2_000;

/** Events of a few kilobytes: one page per subscription is what a slow reader keeps in memory. */
const pageSize = 50;

export interface FeedPlace {
  readonly merchantId: MerchantId;
  readonly types: readonly string[] | undefined;
  /** The sequence behind which to begin. */
  readonly after: bigint;
}

/** The merchant feed as it grows: every event behind a place once, in the order of the sequence, none left out. */
@Injectable()
export class FeedFollower implements OnApplicationBootstrap {
  private readonly bells = new Bells();

  constructor(
    @Inject(SQL) private readonly sql: Sql,
    private readonly feed: FeedReader,
    private readonly broker: Broker,
  ) {}

  onApplicationBootstrap(): void {
    void this.broker.onHint(hints.feedGrew, (merchantId) => this.bells.ring(merchantId));
  }

  follow({ merchantId, types, after }: FeedPlace): LiveSequence<FeedEvent> {
    const bell = this.bells.hang(merchantId);
    let place = after;
    return new LiveSequence<FeedEvent>({
      bell,
      pollMs,
      ended: () => this.bells.takeDown(merchantId, bell),
      readOn: async () => {
        // The feed has one writer per merchant: what is seen up to here has no gap that could be filled later.
        const end = await this.endOf(merchantId);
        if (end <= place) return [];
        const request = { from: 'start', size: pageSize, after: place, before: end + 1n } as const;
        const { items } = await this.feed.list(merchantId, { types }, request);
        // A page that is not full holds all that there is of these types: the others are not looked at again.
        place = items.length < pageSize ? end : (items.at(-1)?.sequence ?? end);
        return items;
      },
    });
  }

  /** The sequence of the newest event; 0 before there is one. */
  async endOf(merchantId: MerchantId): Promise<bigint> {
    const [row] = await this.sql.query<{ sequence: bigint | null }>(
      'SELECT max(sequence) AS sequence FROM feed.merchant_event WHERE merchant_id = $1',
      [uuidOf(merchantId)],
    );
    return row?.sequence ?? 0n;
  }
}
