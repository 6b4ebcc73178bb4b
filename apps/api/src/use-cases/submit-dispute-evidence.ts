import { Injectable } from '@nestjs/common';
import {
  allowedActions,
  statusOf,
  submitEvidence,
  type DisputeId,
  type EvidenceRejection,
  type MerchantId,
  type Payment,
} from '#domain';
import { UnitOfWork } from '#persistence';
import { fingerprintOf } from '#security';
import type { ApiStores } from '../stores/api-stores.ts';
import { refused, type Answer, type Refusal } from './answer.ts';
import { FollowUp, type FollowUpDecision, type FollowUpParts } from './follow-up.ts';

export interface SubmitDisputeEvidenceCommand {
  readonly merchantId: MerchantId;
  readonly idempotencyKey: string;
  readonly disputeId: DisputeId;
  readonly text: string;
}

/** Takes what a merchant has to say to a dispute; the acquirer is handed it afterwards. The same key again changes nothing. */
@Injectable()
export class SubmitDisputeEvidence {
  constructor(
    private readonly followUp: FollowUp,
    private readonly unitOfWork: UnitOfWork<ApiStores>,
  ) {}

  async execute(command: SubmitDisputeEvidenceCommand): Promise<Answer> {
    const { merchantId, disputeId, text } = command;
    // Whose dispute it is never changes, so the payment's lock may come later.
    const found = await this.unitOfWork.run((tx) => tx.disputes.find(merchantId, disputeId));
    if (found === undefined) return refused(disputeNotFound(disputeId));

    const { paymentId } = found;
    const fingerprint = fingerprintOf({ disputeId, text });
    const use = { merchantId, operation: 'submit_dispute_evidence', key: command.idempotencyKey, fingerprint } as const;
    return this.followUp.execute({ use, merchantId, paymentId, awaitOutcomeMs: 0 }, (parts) => submit(parts, command));
  }
}

async function submit(
  { tx, payment, now }: FollowUpParts,
  { merchantId, disputeId, text }: SubmitDisputeEvidenceCommand,
): Promise<FollowUpDecision> {
  const found = await tx.disputes.find(merchantId, disputeId);
  if (found === undefined) return { ok: false, refusal: disputeNotFound(disputeId) };
  const submitted = submitEvidence(found.dispute, now);
  if (!submitted.ok) return { ok: false, refusal: refusalOf(submitted.error, payment) };

  const { amount, acquirer } = submitted.value;
  await tx.disputes.addEvidence(payment, submitted.value, text, now);
  await tx.payments.save(payment, [
    { type: 'payment.dispute_evidence_submitted', data: { disputeId, amount: Number(amount.minor), acquirer } },
  ]);
  return { ok: true, operationId: disputeId };
}

function disputeNotFound(disputeId: DisputeId): Refusal {
  return {
    code: 'not_found',
    message: `There is no dispute ${disputeId} of this merchant.`,
    path: ['input', 'disputeId'],
  };
}

function refusalOf(rejection: EvidenceRejection, payment: Payment): Refusal {
  return {
    code: 'invalid_state',
    message: wordsOf(rejection),
    path: ['input', 'disputeId'],
    currentStatus: statusOf(payment.state),
    allowedActions: allowedActions(payment),
  };
}

function wordsOf({ code, dispute }: EvidenceRejection): string {
  if (code === 'evidence_overdue') {
    return `Evidence was due by ${dispute.evidenceDueAt.toISOString()}; what comes later is not looked at.`;
  }
  return dispute.status === 'evidence_submitted'
    ? 'There is evidence for this dispute already, and it can be submitted once.'
    : `This dispute is closed: it was ${dispute.status}.`;
}
