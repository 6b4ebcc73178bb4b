import {
  idOf,
  sagaDefinitionVersion,
  uuidOf,
  type AttemptId,
  type CaptureMethod,
  type MerchantId,
  type PaymentId,
  type Saga,
  type SagaKind,
  type SagaStep,
} from '#domain';
import { columnsOf } from '../columns.ts';
import type { Sql } from '../sql.ts';

/** What is to be done when a saga's time comes. */
export type SagaAction = 'decide_without_risk' | 'attempt' | 'check' | 'expire';

/** `null`: nothing is due; somebody or something else has the next word. */
export type NextRun = { readonly action: SagaAction; readonly afterMs: number } | null;

export interface SagaKey {
  readonly merchantId: MerchantId;
  readonly paymentId: PaymentId;
  /**
   * UUID of the payment for a charge, of the capture, refund or increase, of the event that asked for a void, or of the
   * attempt that a reversal is about.
   */
  readonly id: string;
}

export interface StoredSaga {
  readonly key: SagaKey;
  readonly saga: Saga;
  /** UUID of the capture, refund or increase that the saga is about. */
  readonly operationId: string | null;
  readonly attemptId: AttemptId | null;
  /** Grows with every change and every taking; who acts on what was due compares it. */
  readonly epoch: number;
}

/** A saga as it is to be, when it is to be looked at again, and what it waits for in words. */
export interface SagaToSave {
  readonly stored: StoredSaga;
  readonly next: NextRun;
  readonly waitingFor: string | null;
}

export interface DueSaga {
  readonly key: SagaKey;
  readonly epoch: number;
  readonly action: SagaAction;
}

interface SagaRow {
  merchant_id: string;
  payment_id: string;
  id: string;
  kind: SagaKind;
  step: SagaStep;
  operation_id: string | null;
  attempt_id: string | null;
  capture_method: CaptureMethod;
  tries: number;
  checks: number;
  definition_version: number;
  soft_retries: number;
  stuck_at: SagaStep | null;
  epoch: number;
}

interface TakenRow {
  merchant_id: string;
  payment_id: string;
  id: string;
  next_action: SagaAction;
  epoch: number;
}

/** Whoever writes several sagas writes them in one order: two who begin the same charges would wait for each other else. */
const inOrderOfKeys = '1, 2, 3';

/** Sagas and their alarm clock. Times are the database's, so that no process's clock matters. */
export class SagaStore {
  private readonly sql: Sql;

  constructor(sql: Sql) {
    this.sql = sql;
  }

  /** Begins the charges of new payments; those that have begun stay as they are. */
  async beginCharges(
    payments: readonly { merchantId: MerchantId; paymentId: PaymentId; captureMethod: CaptureMethod }[],
    deadlineMs: number,
  ): Promise<void> {
    await this.sql.query(
      `INSERT INTO saga (merchant_id, payment_id, id, kind, step, definition_version, capture_method, tries, checks,
         next_action, next_run_at, waiting_for, created_at, updated_at)
       SELECT merchant_id, payment_id, payment_id, 'charge', 'awaiting_risk', $4, capture_method, 0, 0,
         'decide_without_risk', now() + make_interval(secs => $5::float8 / 1000), 'the risk decision', now(), now()
       FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS charge (merchant_id, payment_id, capture_method)
       ORDER BY ${inOrderOfKeys}
       ON CONFLICT DO NOTHING`,
      [
        payments.map((payment) => uuidOf(payment.merchantId)),
        payments.map((payment) => uuidOf(payment.paymentId)),
        payments.map((payment) => payment.captureMethod),
        sagaDefinitionVersion,
        deadlineMs,
      ],
    );
  }

  /** By the id of each, those that have begun. Called under the payments' locks. */
  async find(keys: readonly SagaKey[]): Promise<ReadonlyMap<string, StoredSaga>> {
    if (keys.length === 0) return new Map();
    const rows = await this.sql.query<SagaRow>(
      `SELECT merchant_id, payment_id, id, kind, step, operation_id, attempt_id, capture_method, tries, checks,
         definition_version, soft_retries, stuck_at, epoch
       FROM saga WHERE (merchant_id, payment_id, id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]))`,
      columnsOf(keys.map((key) => [uuidOf(key.merchantId), uuidOf(key.paymentId), key.id])),
    );
    return new Map(rows.map((row) => [row.id, storedSagaOf(row)]));
  }

  /** The sagas that are about these attempts just now, by attempt. */
  async about(
    attempts: readonly { merchantId: MerchantId; paymentId: PaymentId; attemptId: AttemptId }[],
  ): Promise<ReadonlyMap<AttemptId, SagaKey>> {
    const rows = await this.sql.query<{ merchant_id: string; payment_id: string; id: string; attempt_id: string }>(
      `SELECT merchant_id, payment_id, id, attempt_id FROM saga
       WHERE (merchant_id, payment_id, attempt_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]))`,
      columnsOf(attempts.map((about) => [uuidOf(about.merchantId), uuidOf(about.paymentId), uuidOf(about.attemptId)])),
    );
    return new Map(rows.map((row) => [idOf('att', row.attempt_id), sagaKeyOf(row)]));
  }

  async save(sagas: readonly SagaToSave[]): Promise<void> {
    if (sagas.length === 0) return;
    await this.sql.query(
      `INSERT INTO saga (merchant_id, payment_id, id, kind, step, definition_version, capture_method, operation_id,
         attempt_id, tries, checks, soft_retries, stuck_at, next_action, next_run_at, waiting_for, created_at, updated_at)
       SELECT merchant_id, payment_id, id, kind, step, definition_version, capture_method, operation_id, attempt_id,
         tries, checks, soft_retries, stuck_at, next_action, now() + make_interval(secs => after_ms / 1000), waiting_for, now(), now()
       FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::smallint[], $7::text[], $8::uuid[],
         $9::uuid[], $10::integer[], $11::integer[], $12::integer[], $13::text[], $14::text[], $15::float8[], $16::text[])
       AS saved (merchant_id, payment_id, id, kind, step, definition_version, capture_method, operation_id, attempt_id,
         tries, checks, soft_retries, stuck_at, next_action, after_ms, waiting_for)
       ORDER BY ${inOrderOfKeys}
       ON CONFLICT (merchant_id, payment_id, id) DO UPDATE SET step = excluded.step,
         operation_id = excluded.operation_id, attempt_id = excluded.attempt_id, tries = excluded.tries,
         checks = excluded.checks, soft_retries = excluded.soft_retries, stuck_at = excluded.stuck_at, next_action = excluded.next_action, next_run_at = excluded.next_run_at,
         waiting_for = excluded.waiting_for, lease_owner = NULL, epoch = saga.epoch + 1, updated_at = excluded.updated_at,
         step_since = CASE WHEN saga.step = excluded.step THEN saga.step_since ELSE excluded.step_since END`,
      columnsOf(
        sagas.map(({ stored: { key, saga, operationId, attemptId }, next, waitingFor }) => [
          uuidOf(key.merchantId),
          uuidOf(key.paymentId),
          key.id,
          saga.kind,
          saga.step,
          saga.version,
          saga.captureMethod,
          operationId,
          attemptId === null ? null : uuidOf(attemptId),
          saga.tries,
          saga.checks,
          saga.softRetries,
          saga.stuckAt,
          next?.action ?? null,
          next?.afterMs ?? null,
          waitingFor,
        ]),
      ),
    );
  }

  /**
   * Takes sagas whose time has come, for `leaseMs`: whoever dies with one in hand leaves it to the next after that.
   * Processes side by side get different ones. Only what is due to one of `actions`; the rest stays due.
   */
  async takeDue(owner: string, leaseMs: number, limit: number, actions: readonly SagaAction[]): Promise<DueSaga[]> {
    const rows = await this.sql.query<TakenRow>(
      `UPDATE saga SET next_run_at = now() + make_interval(secs => $2::float8 / 1000), lease_owner = $1, epoch = epoch + 1
       WHERE (merchant_id, payment_id, id) IN (
         SELECT merchant_id, payment_id, id FROM saga WHERE next_run_at <= now() AND next_action = ANY ($4)
         ORDER BY next_run_at LIMIT $3 FOR UPDATE SKIP LOCKED)
       RETURNING merchant_id, payment_id, id, next_action, epoch`,
      [owner, leaseMs, limit, actions],
    );
    return rows.map((row) => ({ key: sagaKeyOf(row), action: row.next_action, epoch: row.epoch }));
  }
}

function sagaKeyOf(row: { merchant_id: string; payment_id: string; id: string }): SagaKey {
  return { merchantId: idOf('mer', row.merchant_id), paymentId: idOf('pay', row.payment_id), id: row.id };
}

function storedSagaOf(row: SagaRow): StoredSaga {
  return {
    key: sagaKeyOf(row),
    saga: {
      kind: row.kind,
      step: row.step,
      version: row.definition_version,
      captureMethod: row.capture_method,
      tries: row.tries,
      checks: row.checks,
      softRetries: row.soft_retries,
      stuckAt: row.stuck_at,
    },
    operationId: row.operation_id,
    attemptId: row.attempt_id === null ? null : idOf('att', row.attempt_id),
    epoch: row.epoch,
  };
}
