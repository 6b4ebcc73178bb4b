import { idOf, uuidOf, type MerchantId, type PaymentId } from '#domain';
import type { Sql } from '#persistence';

/** What a person decided about a payment in review. */
export interface ReviewDecision {
  readonly decision: 'allow' | 'block';
  readonly reason: string;
}

/** What the event log knows about reviews. The log is indexed by payment, so that no merchant has to be named. */
export class ReviewStore {
  private readonly sql: Sql;

  constructor(sql: Sql) {
    this.sql = sql;
  }

  /** Whose payment it is. */
  async merchantOf(paymentId: PaymentId): Promise<MerchantId | undefined> {
    const [row] = await this.sql.query<{ merchant_id: string }>(
      `SELECT merchant_id FROM event WHERE aggregate_id = $1 AND aggregate_version = 1`,
      [uuidOf(paymentId)],
    );
    return row && idOf('mer', row.merchant_id);
  }

  /** The decision that is on its way or has been carried out. Called under the payment's lock. */
  async decisionOn(paymentId: PaymentId): Promise<ReviewDecision | undefined> {
    const [row] = await this.sql.query<{ payload: string }>(
      `SELECT payload FROM event WHERE aggregate_id = $1 AND type = 'payment.review_decided'`,
      [uuidOf(paymentId)],
    );
    if (row === undefined) return undefined;
    const { decision, reason } = JSON.parse(row.payload) as ReviewDecision;
    return { decision, reason };
  }
}
