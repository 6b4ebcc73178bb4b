import type pg from 'pg';

export interface Row {
  readonly id: string;
  readonly amount: string;
}

/** A payment as the database has it, with what belongs to it. Ids are UUIDs. */
export interface PaymentRow extends Row {
  /** What was asked for at first, as the log tells it: increases come on top. */
  readonly amount: string;
  readonly reference: string;
  readonly currency: string;
  readonly card_token: string;
  readonly manual: boolean;
  readonly captures: readonly Row[];
  readonly increases: readonly Row[];
  readonly refunds: readonly Row[];
  /** How often a void was taken up. */
  readonly voids: number;
  readonly evidence: readonly { readonly dispute: string; readonly text: string }[];
  /** What people have decided about it in review, by the log. */
  readonly decisions: readonly { readonly decision: string; readonly reason: string }[];
}

function movementsIn(table: 'capture' | 'authorization_increase' | 'refund'): string {
  return `(SELECT coalesce(json_agg(json_build_object('id', m.id, 'amount', m.amount::text)), '[]')
    FROM payments.${table} m WHERE m.merchant_id = p.merchant_id AND m.payment_id = p.id)`;
}

export async function readPayments(database: pg.ClientBase): Promise<PaymentRow[]> {
  const { rows } = await database.query<PaymentRow>(
    `SELECT p.id, p.reference, p.currency, p.card_token, p.capture_method = 'manual' AS manual,
       (SELECT e.payload::jsonb -> 'payment' ->> 'amount' FROM payments.event e
        WHERE e.aggregate_id = p.id AND e.type = 'payment.created') AS amount,
       ${movementsIn('capture')} AS captures,
       ${movementsIn('authorization_increase')} AS increases,
       ${movementsIn('refund')} AS refunds,
       (SELECT count(*)::int FROM payments.event e WHERE e.aggregate_id = p.id AND e.type = 'payment.void_requested') AS voids,
       (SELECT coalesce(json_agg(json_build_object('dispute', e.dispute_id, 'text', e.text)), '[]')
        FROM payments.dispute_evidence e WHERE e.merchant_id = p.merchant_id AND e.payment_id = p.id) AS evidence,
       (SELECT coalesce(json_agg(json_build_object('decision', e.payload::jsonb ->> 'decision', 'reason', e.payload::jsonb ->> 'reason')), '[]')
        FROM payments.event e WHERE e.aggregate_id = p.id AND e.type = 'payment.review_decided') AS decisions
     FROM payments.payment p`,
  );
  return rows;
}
