import type pg from 'pg';

export interface Row {
  readonly id: string;
  readonly amount: string;
}

/** A payment as the database has it, with what belongs to it. Ids are UUIDs. */
export interface PaymentRow extends Row {
  readonly reference: string;
  readonly currency: string;
  readonly card_token: string;
  readonly manual: boolean;
  readonly captures: readonly Row[];
  readonly refunds: readonly Row[];
  /** How often a void was taken up. */
  readonly voids: number;
}

export async function readPayments(database: pg.ClientBase): Promise<PaymentRow[]> {
  const { rows } = await database.query<PaymentRow>(
    `SELECT p.id, p.amount::text, p.reference, p.currency, p.card_token, p.capture_method = 'manual' AS manual,
       (SELECT coalesce(json_agg(json_build_object('id', c.id, 'amount', c.amount::text)), '[]')
        FROM payments.capture c WHERE c.merchant_id = p.merchant_id AND c.payment_id = p.id) AS captures,
       (SELECT coalesce(json_agg(json_build_object('id', r.id, 'amount', r.amount::text)), '[]')
        FROM payments.refund r WHERE r.merchant_id = p.merchant_id AND r.payment_id = p.id) AS refunds,
       (SELECT count(*)::int FROM payments.event e WHERE e.aggregate_id = p.id AND e.type = 'payment.void_requested') AS voids
     FROM payments.payment p`,
  );
  return rows;
}
