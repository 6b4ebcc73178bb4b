import { idOf, uuidOf, type CaptureId, type IncreaseId, type Payment, type RefundId } from '#domain';
import { columnsOf } from '../columns.ts';
import type { Sql } from '../sql.ts';
import { keyOf } from './payment-row.ts';

export type MovementStatus = 'pending' | 'succeeded' | 'failed';

export interface NewCapture {
  readonly id: CaptureId;
  readonly amountMinor: bigint;
  readonly final: boolean;
  readonly createdAt: Date;
}

/** A capture, refund or increase as a saga needs it. `final` is always true of the latter two. */
export interface Movement {
  /** `cap_…`, `ref_…` or `inc_…`. */
  readonly id: string;
  readonly amountMinor: bigint;
  readonly final: boolean;
}

export interface NewRefund {
  readonly id: RefundId;
  readonly amountMinor: bigint;
  readonly reason: string | null;
  readonly createdAt: Date;
}

export interface NewIncrease {
  readonly id: IncreaseId;
  readonly amountMinor: bigint;
  readonly createdAt: Date;
}

/** Which of a payment's movements. */
export interface MovementKey {
  readonly payment: Payment;
  readonly kind: 'capture' | 'refund' | 'increase';
  /** UUID of the capture, refund or increase. */
  readonly uuid: string;
}

export interface MovementEnd extends MovementKey {
  readonly status: MovementStatus;
}

interface MovementRow {
  id: string;
  amount: bigint;
  final: boolean;
}

/** A refund always returns what it names: there is no rest to keep. */
const columnsOfKind = {
  capture: 'id, amount, final',
  refund: 'id, amount, true AS final',
  increase: 'id, amount, true AS final',
} as const;
const tableOfKind = { capture: 'capture', refund: 'refund', increase: 'authorization_increase' } as const;
const prefixOfKind = { capture: 'cap', refund: 'ref', increase: 'inc' } as const;
const kinds = ['capture', 'refund', 'increase'] as const;

/** Captures, refunds and increases of the hold: each a row with an amount and what became of it. */
export class MovementStore {
  private readonly sql: Sql;

  constructor(sql: Sql) {
    this.sql = sql;
  }

  async addCaptures(captures: readonly { readonly payment: Payment; readonly capture: NewCapture }[]): Promise<void> {
    if (captures.length === 0) return;
    await this.sql.query(
      `INSERT INTO capture (merchant_id, payment_id, id, amount, final, created_at, status)
       SELECT *, 'pending' FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::boolean[], $6::timestamptz[])`,
      columnsOf(
        captures.map(({ payment, capture }) => [
          ...keyOf(payment),
          uuidOf(capture.id),
          capture.amountMinor,
          capture.final,
          capture.createdAt,
        ]),
      ),
    );
  }

  async addRefund(payment: Payment, refund: NewRefund): Promise<void> {
    await this.sql.query(
      `INSERT INTO refund (merchant_id, payment_id, id, amount, reason, status, created_at)
       VALUES ($1, $2, $3, $4, $5, 'pending', $6)`,
      [...keyOf(payment), uuidOf(refund.id), refund.amountMinor, refund.reason, refund.createdAt],
    );
  }

  async addIncrease(payment: Payment, increase: NewIncrease): Promise<void> {
    await this.sql.query(
      `INSERT INTO authorization_increase (merchant_id, payment_id, id, amount, status, created_at)
       VALUES ($1, $2, $3, $4, 'pending', $5)`,
      [...keyOf(payment), uuidOf(increase.id), increase.amountMinor, increase.createdAt],
    );
  }

  /** By the UUID of each, those that exist. */
  async find(keys: readonly MovementKey[]): Promise<ReadonlyMap<string, Movement>> {
    const found = new Map<string, Movement>();
    for (const kind of kinds) {
      const ofKind = keys.filter((key) => key.kind === kind);
      if (ofKind.length === 0) continue;
      const rows = await this.sql.query<MovementRow>(
        `SELECT ${columnsOfKind[kind]} FROM ${tableOfKind[kind]}
         WHERE (merchant_id, payment_id, id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]))`,
        columnsOf(ofKind.map(({ payment, uuid }) => [...keyOf(payment), uuid])),
      );
      for (const { id, amount, final } of rows) {
        found.set(id, { id: idOf(prefixOfKind[kind], id), amountMinor: amount, final });
      }
    }
    return found;
  }

  async end(movements: readonly MovementEnd[]): Promise<void> {
    await Promise.all(
      kinds.map(async (kind) => {
        const ofKind = movements.filter((movement) => movement.kind === kind);
        if (ofKind.length === 0) return;
        await this.sql.query(
          `UPDATE ${tableOfKind[kind]} AS movement SET status = ended.status
           FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[]) AS ended (merchant_id, payment_id, id, status)
           WHERE movement.merchant_id = ended.merchant_id AND movement.payment_id = ended.payment_id
             AND movement.id = ended.id`,
          columnsOf(ofKind.map(({ payment, uuid, status }) => [...keyOf(payment), uuid, status])),
        );
      }),
    );
  }
}
