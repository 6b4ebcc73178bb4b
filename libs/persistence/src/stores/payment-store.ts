import { snapshotOf, type PaymentEventData, type PaymentEventType } from '#contracts';
import { uuidOf, type BatchId, type Clock, type MerchantId, type Payment, type PaymentId } from '#domain';
import { columnsOf } from '../columns.ts';
import type { EventLog, NewEvent } from '../event-log.ts';
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

/** A payment as it is to be, what happened to it, and what risk said if it has just spoken. */
export interface PaymentChange {
  readonly payment: Payment;
  readonly facts: readonly PaymentFact[];
  readonly risk: RiskRecord | undefined;
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

const savePaymentsSql = `
  UPDATE payment SET state = saved.state, version = saved.version, authorized = saved.authorized,
    capture_pending = saved.capture_pending, captured = saved.captured, refund_pending = saved.refund_pending,
    refunded = saved.refunded, void_pending = saved.void_pending, voided = saved.voided, disputed = saved.disputed,
    charged_back = saved.charged_back, increase_pending = saved.increase_pending, decline_code = saved.decline_code,
    decline_message = saved.decline_message, decline_retryable = saved.decline_retryable,
    decline_source = saved.decline_source, redirect_url = saved.redirect_url,
    authorization_expires_at = saved.authorization_expires_at, updated_at = saved.updated_at,
    risk_decision = coalesce(saved.risk_decision, payment.risk_decision),
    risk_score = coalesce(saved.risk_score, payment.risk_score),
    risk_reasons = coalesce(saved.risk_reasons, payment.risk_reasons),
    risk_decided_by = coalesce(saved.risk_decided_by, payment.risk_decided_by),
    risk_assessed_at = coalesce(saved.risk_assessed_at, payment.risk_assessed_at)
  FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::integer[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[],
    $9::bigint[], $10::bigint[], $11::bigint[], $12::text[], $13::text[], $14::boolean[], $15::text[], $16::text[],
    $17::timestamptz[], $18::timestamptz[], $19::text[], $20::smallint[], $21::jsonb[], $22::text[], $23::timestamptz[],
    $24::bigint[], $25::bigint[], $26::bigint[])
  AS saved (merchant_id, id, state, version, authorized, capture_pending, captured, refund_pending, refunded,
    void_pending, voided, decline_code, decline_message, decline_retryable, decline_source, redirect_url,
    authorization_expires_at, updated_at, risk_decision, risk_score, risk_reasons, risk_decided_by, risk_assessed_at,
    disputed, charged_back, increase_pending)
  WHERE payment.merchant_id = saved.merchant_id AND payment.id = saved.id`;

function savedColumns(payment: Payment, risk: RiskRecord | undefined): unknown[] {
  const { balance, decline } = payment;
  return [
    ...keyOf(payment),
    payment.state,
    payment.version,
    balance.authorized,
    balance.capturePending,
    balance.captured,
    balance.refundPending,
    balance.refunded,
    balance.voidPending,
    balance.voided,
    decline?.code ?? null,
    decline?.message ?? null,
    decline?.retryable ?? null,
    decline?.source ?? null,
    payment.redirectUrl,
    payment.authorizationExpiresAt,
    payment.updatedAt,
    risk?.decision ?? null,
    risk?.score ?? null,
    risk === undefined ? null : JSON.stringify(risk.reasons),
    risk?.decidedBy ?? null,
    risk?.assessedAt ?? null,
    balance.disputed,
    balance.chargedBack,
    balance.increasePending,
  ];
}

/** The facts that brought the payment to its version. */
function eventsOf(payment: Payment, facts: readonly PaymentFact[]): NewEvent[] {
  const snapshot = snapshotOf(payment);
  return facts.map((fact, index) => ({
    merchantId: payment.merchantId,
    aggregateType: 'payment',
    aggregateId: payment.id,
    aggregateVersion: payment.version - facts.length + index + 1,
    type: fact.type,
    payload: { payment: snapshot, ...fact.data },
  }));
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
    return (await this.lockAll([{ merchantId, id }])).get(id);
  }

  /** As `lock`, always in the order of their keys, so that two who want the same payments never wait for each other. */
  async lockAll(keys: readonly Pick<Payment, 'merchantId' | 'id'>[]): Promise<ReadonlyMap<PaymentId, Payment>> {
    if (keys.length === 0) return new Map();
    const rows = await this.scope.sql.query<PaymentRow>(
      `SELECT ${paymentColumns} FROM payment WHERE (merchant_id, id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
       ORDER BY merchant_id, id FOR UPDATE`,
      columnsOf(keys.map(keyOf)),
    );
    return new Map(rows.map(paymentOf).map((payment) => [payment.id, payment]));
  }

  /** Writes the payment and what happened to it. */
  async save(payment: Payment, facts: readonly PaymentFact[], risk?: RiskRecord): Promise<Payment> {
    const [saved = payment] = await this.saveAll([{ payment, facts, risk }]);
    return saved;
  }

  /**
   * Writes payments and what happened to each. Facts are numbered on from the payment's version. What risk said is kept
   * when it is given, and otherwise stays as it is.
   */
  async saveAll(changes: readonly PaymentChange[]): Promise<Payment[]> {
    if (changes.length === 0) return [];
    const updatedAt = this.clock.now();
    const saved = changes.map(({ payment, facts }) => ({
      ...payment,
      version: payment.version + facts.length,
      updatedAt,
    }));
    await Promise.all([
      this.scope.sql.query(
        savePaymentsSql,
        columnsOf(saved.map((payment, index) => savedColumns(payment, changes[index]?.risk))),
      ),
      this.log.append(...saved.flatMap((payment, index) => eventsOf(payment, changes[index]?.facts ?? []))),
    ]);
    this.scope.afterCommit(() => {
      for (const { id } of saved) this.changed(id);
    });
    return saved;
  }

  /** A larger hold is a larger payment. Called before `saveAll` of the same payments. */
  async enlarge(payments: readonly Payment[]): Promise<void> {
    if (payments.length === 0) return;
    await this.scope.sql.query(
      `UPDATE payment SET amount = enlarged.amount
       FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS enlarged (merchant_id, id, amount)
       WHERE payment.merchant_id = enlarged.merchant_id AND payment.id = enlarged.id`,
      columnsOf(payments.map((payment) => [...keyOf(payment), payment.amount.minor])),
    );
  }

  /** Settlement tells totals, so the latest word wins and an older one changes nothing. */
  async recordSettlements(settlements: readonly SettlementRecord[]): Promise<void> {
    await this.scope.sql.query(
      `WITH locked AS (
         SELECT 1 FROM payment WHERE (merchant_id, id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
         ORDER BY merchant_id, id FOR UPDATE
       )
       UPDATE payment SET settlement_batch_id = told.batch_id, settlement_net = told.net, settlement_fee = told.fee,
         settled_at = told.settled_at
       FROM (
         SELECT DISTINCT ON (merchant_id, id) * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::bigint[],
           $6::timestamptz[]) AS told (merchant_id, id, batch_id, net, fee, settled_at)
         ORDER BY merchant_id, id, settled_at DESC
       ) AS told
       WHERE payment.merchant_id = told.merchant_id AND payment.id = told.id
         AND (SELECT count(*) FROM locked) > 0
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
