import { idOf, uuidOf, type Id, type MerchantId, type PaymentId } from '#domain';
import type { Sql } from '#persistence';
import type { Answer, MoneyOperation, Refusal } from '../use-cases/answer.ts';

/** Whose key, for what, and the fingerprint of the input that came with it. */
export interface KeyUse {
  readonly merchantId: MerchantId;
  readonly operation: MoneyOperation;
  readonly key: string;
  readonly fingerprint: Buffer;
}

interface IdempotencyRow {
  fingerprint: Buffer;
  payment_id: string | null;
  operation_id: string | null;
  refusal: Refusal | null;
  created_at: Date;
}

const operationPrefix = {
  create_payment: null,
  increase_authorization: 'inc',
  capture_payment: 'cap',
  void_payment: null,
  refund_payment: 'ref',
  submit_dispute_evidence: 'dsp',
} as const satisfies Record<MoneyOperation, string | null>;

/** What each key did, written in the transaction of its effect. */
export class IdempotencyStore {
  private readonly sql: Sql;

  constructor(sql: Sql) {
    this.sql = sql;
  }

  /** The answer that the key got before; a conflict when it came with another input then; undefined when it is new. */
  async replay(use: KeyUse): Promise<Answer | undefined> {
    const [row] = await this.sql.query<IdempotencyRow>(
      `SELECT fingerprint, payment_id, operation_id, refusal, created_at FROM idempotency
       WHERE merchant_id = $1 AND operation = $2 AND key = $3`,
      [uuidOf(use.merchantId), use.operation, use.key],
    );
    return row && answerOf(row, use);
  }

  /** As `replay` for each of many, in their order and in one round trip; null where the key is new. */
  async replayEach(uses: readonly KeyUse[]): Promise<(Answer | null)[]> {
    const rows = await this.sql.query<IdempotencyRow & { position: bigint }>(
      `SELECT position, fingerprint, payment_id, operation_id, refusal, created_at
       FROM unnest($1::uuid[], $2::text[], $3::text[]) WITH ORDINALITY AS asked (merchant_id, operation, key, position)
       JOIN idempotency USING (merchant_id, operation, key)`,
      [uses.map((use) => uuidOf(use.merchantId)), uses.map((use) => use.operation), uses.map((use) => use.key)],
    );
    const known = new Map(rows.map((row) => [Number(row.position) - 1, row]));
    return uses.map((use, index) => {
      const row = known.get(index);
      return row === undefined ? null : answerOf(row, use);
    });
  }

  /** Notes the effect. False when somebody else has used the key in the meantime: then nothing may be kept. */
  async recordEffect(use: KeyUse, paymentId: PaymentId, operation: Id<string> | null, now: Date): Promise<boolean> {
    return this.insert(use, uuidOf(paymentId), operation === null ? null : uuidOf(operation), null, now);
  }

  /** Notes the refusal. False as above. */
  async recordRefusal(use: KeyUse, refusal: Refusal, now: Date): Promise<boolean> {
    return this.insert(use, null, null, JSON.stringify(refusal), now);
  }

  /** Forgets the keys that were first seen before `horizon`, a bounded number at once. Gives how many. */
  async reap(horizon: Date, limit: number): Promise<number> {
    const rows = await this.sql.query<object>(
      `DELETE FROM idempotency WHERE (merchant_id, operation, key) IN (
         SELECT merchant_id, operation, key FROM idempotency WHERE created_at < $1 LIMIT $2)
       RETURNING 1`,
      [horizon, limit],
    );
    return rows.length;
  }

  private async insert(
    use: KeyUse,
    paymentId: string | null,
    operationId: string | null,
    refusal: string | null,
    now: Date,
  ): Promise<boolean> {
    const rows = await this.sql.query<object>(
      `INSERT INTO idempotency (merchant_id, operation, key, fingerprint, payment_id, operation_id, refusal, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING 1`,
      [uuidOf(use.merchantId), use.operation, use.key, use.fingerprint, paymentId, operationId, refusal, now],
    );
    return rows.length === 1;
  }
}

function answerOf(row: IdempotencyRow, use: KeyUse): Answer {
  if (!row.fingerprint.equals(use.fingerprint)) {
    const firstSeenAt = row.created_at.toISOString();
    return {
      kind: 'refused',
      replayed: false,
      refusal: {
        code: 'idempotency_key_reused',
        message: `This idempotency key was used with another input at ${firstSeenAt}. Use a new key for a new request.`,
        path: ['input', 'idempotencyKey'],
        firstSeenAt,
      },
    };
  }
  if (row.refusal !== null) return { kind: 'refused', replayed: true, refusal: row.refusal };
  const prefix = operationPrefix[use.operation];
  return {
    kind: 'accepted',
    replayed: true,
    paymentId: idOf('pay', row.payment_id ?? ''),
    operationId: prefix === null || row.operation_id === null ? null : idOf(prefix, row.operation_id),
  };
}
