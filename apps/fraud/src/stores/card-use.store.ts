import { idOf, uuidOf, type PaymentId } from '#domain';
import type { Sql } from '#persistence';

export interface CardUse {
  readonly paymentId: PaymentId;
  readonly cardToken: string;
  /** When the payment was made, which may be long before it is taken up here. */
  readonly usedAt: Date;
}

/** How often each card was used over the whole platform, by the second. */
export class CardUseStore {
  constructor(private readonly sql: Sql) {}

  /**
   * Adds the uses, in this order, and counts for each the uses of its card that are less than the window away, itself
   * included. Events arrive a little out of order, and after a stop in a backlog: a use is counted by when it was made, and
   * whichever of two uses is noted later counts the other. Until the transaction ends, other transactions wait before they
   * count the same cards.
   */
  async note(uses: readonly CardUse[], windowSeconds: number): Promise<ReadonlyMap<PaymentId, number>> {
    const rows = await this.sql.query<{ payment_id: string; uses_in_window: bigint }>(
      'SELECT payment_id, uses_in_window FROM note_card_uses($1, $2, $3, make_interval(secs => $4))',
      [
        uses.map((use) => uuidOf(use.paymentId)),
        uses.map((use) => use.cardToken),
        uses.map((use) => use.usedAt),
        windowSeconds,
      ],
    );
    return new Map(rows.map((row) => [idOf('pay', row.payment_id), Number(row.uses_in_window)]));
  }

  /** Forgets seconds before the horizon, as many at most, and gives how many there were. */
  async forgetBefore(horizon: Date, limit: number): Promise<number> {
    const rows = await this.sql.query(
      `DELETE FROM card_use WHERE ctid = ANY (ARRAY(SELECT ctid FROM card_use WHERE second < $1 LIMIT $2)) RETURNING 1`,
      [horizon, limit],
    );
    return rows.length;
  }
}
