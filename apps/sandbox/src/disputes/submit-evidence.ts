import { Injectable } from '@nestjs/common';
import { disputeClosed } from '../callbacks/callback.ts';
import { Chance } from '../chance.ts';
import { Clock } from '../clock.ts';
import type { Interference } from '../controls/acquirer-controls.ts';
import { after, declined, toldAtOnce } from '../operations/decision.ts';
import { onceUnderKey, replyTo, toldThrough } from '../operations/once-under-key.ts';
import type { EvidenceRequest, Reply } from '../operations/operation.ts';
import { Refusal } from '../operations/refusal.ts';
import { RecordStore } from '../stores/record.store.ts';
import type { RecordTransaction } from '../stores/record-transaction.ts';
import type { DeclineCode } from '../tokens/decline-codes.ts';
import type { Dispute } from './dispute.ts';

/** The issuer makes up its mind in this time. */
const verdictAfterMs = 1_000;

/** The word that convinces the issuer, wherever it stands in the evidence. */
const winningWord = 'winning_evidence';

/** What the merchant has to say about a dispute: once, and in time. */
@Injectable()
export class SubmitEvidence {
  constructor(
    private readonly record: RecordStore,
    private readonly chance: Chance,
    private readonly clock: Clock,
  ) {}

  /** @throws {Refusal} for a key that was used for another request, and for a dispute that has not opened. */
  async execute(request: EvidenceRequest, interference: Interference): Promise<Reply> {
    const reply = await this.record.transaction((tx) =>
      onceUnderKey(tx, request, this.clock.now(), () => this.take(tx, request, interference)),
    );
    return toldThrough(interference, reply);
  }

  private async take(tx: RecordTransaction, request: EvidenceRequest, interference: Interference): Promise<Reply> {
    const dispute = await lockDispute(tx, request);
    const at = this.clock.now();
    if (dispute === null || dispute.opensAt > at) throw new Refusal('unknown_dispute', 'There is no such dispute.');
    if (interference === 'hang' || interference === 'error_before') return { tells: 'unclear' };

    const tooLate = tooLateFor(dispute, at);
    const { disputeId } = dispute;
    const decision =
      tooLate === null ? toldAtOnce({ status: 'approved', disputeId }, at) : declined(tooLate, false, at);
    tx.recordAnswer(request, decision);
    if (tooLate === null) await this.weigh(tx, dispute, request.text, after(at, verdictAfterMs));
    return replyTo(decision);
  }

  /** The verdict takes the place of the one that silence would have brought. */
  private async weigh(tx: RecordTransaction, dispute: Dispute, evidence: string, closesAt: Date): Promise<void> {
    const { acquirer, authorizationId, disputeId } = dispute;
    tx.writeEvidence(dispute, evidence, closesAt);
    tx.withdrawCallbacks(acquirer, authorizationId, 'dispute.closed');
    const outcome = evidence.includes(winningWord) ? 'won' : 'lost';
    tx.writeCallback(disputeClosed(dispute, { disputeId, outcome, because: 'evidence' }, closesAt, this.chance));
  }
}

/** By the guard row of its authorization; read after that, so that evidence of another call is seen. */
async function lockDispute(tx: RecordTransaction, { acquirer, disputeId }: EvidenceRequest): Promise<Dispute | null> {
  const found = await tx.findDispute(acquirer, disputeId);
  if (found === null) return null;
  await tx.lockHold(acquirer, found.authorizationId);
  return tx.findDispute(acquirer, disputeId);
}

function tooLateFor({ evidence, closesAt }: Dispute, at: Date): DeclineCode | null {
  if (closesAt <= at) return 'dispute_closed';
  return evidence === null ? null : 'evidence_already_submitted';
}
