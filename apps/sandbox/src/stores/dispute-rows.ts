import type { Dispute } from '../disputes/dispute.ts';
import type { AcquirerName } from '../operations/operation.ts';

export interface DisputeRow {
  acquirer: AcquirerName;
  dispute_id: string;
  authorization_id: string;
  reference: string;
  opens_at: Date;
  evidence_due_at: Date;
  evidence: string | null;
  closes_at: Date;
}

export const disputeColumns = `acquirer, dispute_id, authorization_id, reference, opens_at, evidence_due_at, evidence,
  closes_at`;

export function toDispute(row: DisputeRow): Dispute {
  return {
    acquirer: row.acquirer,
    disputeId: row.dispute_id,
    authorizationId: row.authorization_id,
    reference: row.reference,
    opensAt: row.opens_at,
    evidenceDueAt: row.evidence_due_at,
    evidence: row.evidence,
    closesAt: row.closes_at,
  };
}
