import { uuidOf, type HandOutcome, type PaymentId } from '#domain';
import type { Sql } from '#persistence';

/** What a person said of an attempt. */
export interface HandWord {
  readonly outcome: HandOutcome;
  /** The acquirer's own id of what was done. */
  readonly acquirerReference: string | null;
  readonly reason: string;
}

interface Told {
  readonly attempt: { readonly number: number } | null;
  readonly outcome: HandOutcome;
  readonly reference: string | null;
  readonly reason: string;
}

/** What the event log knows of what people found out. */
export class HandWordStore {
  private readonly sql: Sql;

  constructor(sql: Sql) {
    this.sql = sql;
  }

  /**
   * The word that is on its way or has been carried out. Where a person was called for the same attempt after it, it was
   * not the last one, and another is waited for. Called under the payment's lock.
   */
  async wordOn(paymentId: PaymentId, attemptNumber: number): Promise<HandWord | undefined> {
    const rows = await this.sql.query<{ type: string; payload: string }>(
      `SELECT type, payload FROM event WHERE aggregate_id = $1
         AND type IN ('payment.settled_by_hand', 'payment.needs_person')
       ORDER BY aggregate_version DESC`,
      [uuidOf(paymentId)],
    );
    const last = rows
      .map(({ type, payload }) => ({ type, told: JSON.parse(payload) as Told }))
      .find(({ told }) => told.attempt?.number === attemptNumber);
    if (last?.type !== 'payment.settled_by_hand') return undefined;
    const { outcome, reference, reason } = last.told;
    return { outcome, acquirerReference: reference, reason };
  }
}
