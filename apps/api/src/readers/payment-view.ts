import { idOf, type BatchId, type Money, type Payment, type RiskDecision } from '#domain';
import { paymentColumns, paymentOf, type PaymentRow } from '#persistence';

/** A payment with everything else that its row tells whoever reads it. */
export interface PaymentView {
  readonly payment: Payment;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly risk: RiskView | null;
  readonly settlement: SettlementView | null;
}

export interface RiskView {
  readonly decision: RiskDecision;
  readonly score: number;
  readonly reasons: readonly string[];
  readonly assessedAt: Date;
}

/** Totals over all batches that the payment was in. */
export interface SettlementView {
  readonly batchId: BatchId;
  readonly net: Money;
  readonly fee: Money;
  readonly settledAt: Date;
}

export interface PaymentViewRow extends PaymentRow {
  metadata: Record<string, unknown>;
  risk_decision: RiskDecision | null;
  risk_score: number | null;
  risk_reasons: string[] | null;
  risk_assessed_at: Date | null;
  settlement_batch_id: string | null;
  settlement_net: bigint | null;
  settlement_fee: bigint | null;
  settled_at: Date | null;
}

export const paymentViewColumns = `${paymentColumns}, metadata, risk_decision, risk_score, risk_reasons, risk_assessed_at,
  settlement_batch_id, settlement_net, settlement_fee, settled_at`;

export function paymentViewOf(row: PaymentViewRow): PaymentView {
  return { payment: paymentOf(row), metadata: row.metadata, risk: riskOf(row), settlement: settlementOf(row) };
}

function riskOf(row: PaymentViewRow): RiskView | null {
  if (row.risk_decision === null || row.risk_assessed_at === null) return null;
  return {
    decision: row.risk_decision,
    score: row.risk_score ?? 0,
    reasons: row.risk_reasons ?? [],
    assessedAt: row.risk_assessed_at,
  };
}

function settlementOf(row: PaymentViewRow): SettlementView | null {
  const { currency, settlement_batch_id: batch, settled_at: settledAt } = row;
  if (batch === null || settledAt === null) return null;
  return {
    batchId: idOf('bat', batch),
    net: { minor: row.settlement_net ?? 0n, currency },
    fee: { minor: row.settlement_fee ?? 0n, currency },
    settledAt,
  };
}
