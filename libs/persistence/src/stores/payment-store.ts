import { snapshotOf, type PaymentEventData, type PaymentEventType } from '#contracts';
import { uuidOf, type BatchId, type Clock, type MerchantId, type Payment, type PaymentId } from '#domain';
import type { EventLog } from '../event-log.ts';
import type { TransactionScope } from '../unit-of-work.ts';
import { keyOf, paymentColumns, paymentOf, type PaymentRow } from './payment-row.ts';

/** A fact about a payment, without what the store adds to each: the payment as it stands. */
export type PaymentFact = {
  [Type in PaymentEventType]: { readonly type: Type; readonly data: Omit<PaymentEventData<Type>, 'payment'> };
}[PaymentEventType];

/** What risk said, kept with the payment for whoever asks later. */
export interface RiskRecord {
  readonly decision: 'allow' | 'review' | 'challenge' | 'block';
  readonly score: number;
  readonly reasons: readonly string[];
  readonly decidedBy: 'rules' | 'policy';
  readonly assessedAt: Date;
}

/** What the books say of a payment. */
export interface SettlementRecord {
  readonly merchantId: MerchantId;
  readonly paymentId: PaymentId;
  readonly batchId: BatchId;
  readonly netMinor: bigint;
  readonly feeMinor: bigint;
  readonly settledAt: Date;
}

/** Payments under their row lock. Every change appends its facts to the event log in the same transaction. */
export class PaymentStore {
  private readonly scope: TransactionScope;
  private readonly log: EventLog;
  private readonly clock: Clock;
  private readonly changed: (id: PaymentId) => void;

  /** `changed` is called after the commit for each payment that was saved. */
  constructor(scope: TransactionScope, log: EventLog, clock: Clock, changed: (id: PaymentId) => void) {
    this.scope = scope;
    this.log = log;
    this.clock = clock;
    this.changed = changed;
  }

  /** Waits for whoever works on this payment, then holds it until the end of the transaction. */
  async lock(merchantId: MerchantId, id: PaymentId): Promise<Payment | undefined> {
    const [row] = await this.scope.sql.query<PaymentRow>(
      `SELECT ${paymentColumns} FROM payment WHERE merchant_id = $1 AND id = $2 FOR UPDATE`,
      [uuidOf(merchantId), uuidOf(id)],
    );
    return row && paymentOf(row);
  }

  /**
   * Writes the payment and what happened to it. Facts are numbered on from the payment's version. What risk said is kept
   * when it is given, and otherwise stays as it is.
   */
  async save(payment: Payment, facts: readonly PaymentFact[], risk?: RiskRecord): Promise<Payment> {
    const saved = { ...payment, version: payment.version + facts.length, updatedAt: this.clock.now() };
    const { balance, decline } = saved;
    await this.scope.sql.query(
      `UPDATE payment SET state = $3, version = $4, authorized = $5, capture_pending = $6, captured = $7,
         refund_pending = $8, refunded = $9, voided = $10, decline_code = $11, decline_message = $12,
         decline_retryable = $13, decline_source = $14, updated_at = $15,
         risk_decision = coalesce($16, risk_decision), risk_score = coalesce($17, risk_score),
         risk_reasons = coalesce($18, risk_reasons), risk_decided_by = coalesce($19, risk_decided_by),
         risk_assessed_at = coalesce($20, risk_assessed_at)
       WHERE merchant_id = $1 AND id = $2`,
      [
        ...keyOf(saved),
        saved.state,
        saved.version,
        balance.authorized,
        balance.capturePending,
        balance.captured,
        balance.refundPending,
        balance.refunded,
        balance.voided,
        decline?.code ?? null,
        decline?.message ?? null,
        decline?.retryable ?? null,
        decline?.source ?? null,
        saved.updatedAt,
        risk?.decision ?? null,
        risk?.score ?? null,
        risk === undefined ? null : JSON.stringify(risk.reasons),
        risk?.decidedBy ?? null,
        risk?.assessedAt ?? null,
      ],
    );
    const snapshot = snapshotOf(saved);
    await this.log.append(
      ...facts.map((fact, index) => ({
        merchantId: saved.merchantId,
        aggregateType: 'payment',
        aggregateId: saved.id,
        aggregateVersion: payment.version + index + 1,
        type: fact.type,
        payload: { payment: snapshot, ...fact.data },
      })),
    );
    this.scope.afterCommit(() => this.changed(saved.id));
    return saved;
  }

  /** Settlement tells totals, so the latest word wins and an older one changes nothing. */
  async recordSettlements(settlements: readonly SettlementRecord[]): Promise<void> {
    await this.scope.sql.query(
      `UPDATE payment SET settlement_batch_id = told.batch_id, settlement_net = told.net, settlement_fee = told.fee,
         settled_at = told.settled_at
       FROM (
         SELECT DISTINCT ON (merchant_id, id) * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::bigint[],
           $6::timestamptz[]) AS told (merchant_id, id, batch_id, net, fee, settled_at)
         ORDER BY merchant_id, id, settled_at DESC
       ) AS told
       WHERE payment.merchant_id = told.merchant_id AND payment.id = told.id
         AND (payment.settled_at IS NULL OR payment.settled_at <= told.settled_at)`,
      [
        settlements.map((settlement) => uuidOf(settlement.merchantId)),
        settlements.map((settlement) => uuidOf(settlement.paymentId)),
        settlements.map((settlement) => uuidOf(settlement.batchId)),
        settlements.map((settlement) => settlement.netMinor),
        settlements.map((settlement) => settlement.feeMinor),
        settlements.map((settlement) => settlement.settledAt),
      ],
    );
    this.scope.afterCommit(() => {
      for (const { paymentId } of settlements) this.changed(paymentId);
    });
  }
}
