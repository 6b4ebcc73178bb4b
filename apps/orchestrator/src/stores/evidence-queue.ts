import { idOf, uuidOf, type DisputeId, type MerchantId, type PaymentId } from '#domain';
import type { Sql } from '#persistence';

/** Evidence that the acquirer is to have now. */
export interface DueEvidence {
  readonly merchantId: MerchantId;
  readonly paymentId: PaymentId;
  readonly disputeId: DisputeId;
  readonly acquirer: string;
  readonly acquirerDispute: string;
  readonly text: string;
}

interface DueRow {
  merchant_id: string;
  payment_id: string;
  dispute_id: string;
  acquirer: string;
  acquirer_dispute: string;
  text: string;
}

/** A process that died with evidence in its hands is followed after this: longer than any acquirer is listened to. */
const leaseSeconds = 70;
/** Between two tries it is waited twice as long each time, up to this: evidence has days. */
const pauseSecondsMax = 300;

/** Evidence on its way to acquirers: tried again until there is an end to it. */
export class EvidenceQueue {
  private readonly sql: Sql;

  constructor(sql: Sql) {
    this.sql = sql;
  }

  /** Nobody else gets what this gives until it has been tried again, or this process is taken for dead. */
  async takeDue(limit: number): Promise<DueEvidence[]> {
    const rows = await this.sql.query<DueRow>(
      `WITH due AS (
         SELECT merchant_id, payment_id, dispute_id FROM dispute_evidence WHERE next_try_at <= now()
         ORDER BY next_try_at LIMIT $1 FOR UPDATE SKIP LOCKED
       )
       UPDATE dispute_evidence AS evidence SET tries = tries + 1, next_try_at = now() + make_interval(secs => $2)
       FROM due JOIN dispute ON dispute.merchant_id = due.merchant_id AND dispute.payment_id = due.payment_id
         AND dispute.id = due.dispute_id
       WHERE evidence.merchant_id = due.merchant_id AND evidence.payment_id = due.payment_id
         AND evidence.dispute_id = due.dispute_id
       RETURNING evidence.merchant_id, evidence.payment_id, evidence.dispute_id, acquirer, acquirer_dispute, text`,
      [limit, leaseSeconds],
    );
    return rows.map((row) => ({
      merchantId: idOf('mer', row.merchant_id),
      paymentId: idOf('pay', row.payment_id),
      disputeId: idOf('dsp', row.dispute_id),
      acquirer: row.acquirer,
      acquirerDispute: row.acquirer_dispute,
      text: row.text,
    }));
  }

  async tryAgain(evidence: DueEvidence): Promise<void> {
    await this.sql.query(
      `UPDATE dispute_evidence SET next_try_at = now() + make_interval(secs => least(power(2, least(tries, 16)) / 2, $4))
       WHERE merchant_id = $1 AND payment_id = $2 AND dispute_id = $3 AND ending IS NULL`,
      [...keyOf(evidence), pauseSecondsMax],
    );
  }

  /** The dispute may have been closed in the meantime, and then that is the end. */
  async end(evidence: DueEvidence, ending: 'accepted' | 'refused', because: string | null): Promise<void> {
    await this.sql.query(
      `UPDATE dispute_evidence SET ending = $4, refused_because = $5, next_try_at = NULL
       WHERE merchant_id = $1 AND payment_id = $2 AND dispute_id = $3 AND ending IS NULL`,
      [...keyOf(evidence), ending, because],
    );
  }
}

function keyOf({ merchantId, paymentId, disputeId }: DueEvidence): string[] {
  return [uuidOf(merchantId), uuidOf(paymentId), uuidOf(disputeId)];
}
