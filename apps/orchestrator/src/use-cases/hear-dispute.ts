import { Inject, Injectable } from '@nestjs/common';
import {
  closeDispute,
  openDispute,
  type Clock,
  type Dispute,
  type DisputeContradiction,
  type DisputedPayment,
  type DisputeOutcome,
  type Ids,
  type Payment,
  type Result,
} from '#domain';
import type { Logger } from '#observability';
import type { PaymentFact } from '#persistence';
import { CLOCK, IDS, LOGGER } from '#runtime';
import type { AcquirerNotice } from '../acquirers/acquirer.ts';
import type { OrchestratorTx } from '../stores/orchestrator-stores.ts';

export interface DisputeTold {
  readonly acquirer: string;
  readonly notice: Extract<AcquirerNotice, { type: 'dispute_opened' | 'dispute_closed' }>;
}

/** What came of a notice. With the last two nothing was written: the acquirer has to tell it again. */
export type DisputeHearing =
  | { readonly kind: 'heard' }
  /** It had been told before. */
  | { readonly kind: 'known' }
  /** The outcome of a dispute that is yet to be told; it is closed with it then. */
  | { readonly kind: 'kept' }
  | { readonly kind: 'unknown_authorization' }
  /** It cannot be true as we know the payment: because it is false, or because we have yet to hear of a capture. */
  | { readonly kind: 'contradicted'; readonly because: string };

type Opened = Extract<DisputeTold['notice'], { type: 'dispute_opened' }>;

/**
 * Takes in what an acquirer tells of a dispute, in the caller's transaction and under the lock of the payment. Told twice or
 * in another order it ends the same.
 */
@Injectable()
export class HearDispute {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(IDS) private readonly ids: Ids,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async execute(tx: OrchestratorTx, told: DisputeTold): Promise<DisputeHearing> {
    const hearing = await this.hear(tx, told);
    if (hearing.kind === 'contradicted') {
      const { acquirer, notice } = told;
      const about = { acquirer, dispute: notice.dispute, authorization: notice.authorization, notice: notice.type };
      this.logger.warn(
        { ...about, because: hearing.because },
        'what an acquirer tells of a dispute cannot be true yet',
      );
    }
    return hearing;
  }

  private async hear(tx: OrchestratorTx, { acquirer, notice }: DisputeTold): Promise<DisputeHearing> {
    const owner = await tx.attempts.ownerOfAuthorization(acquirer, notice.authorization);
    const payment = owner && (await tx.payments.lock(owner.merchantId, owner.paymentId));
    if (payment === undefined) return { kind: 'unknown_authorization' };

    const known = await tx.disputes.findAtAcquirer({ acquirer, acquirerDispute: notice.dispute });
    if (known !== undefined && known.paymentId !== payment.id) {
      return { kind: 'contradicted', because: `${notice.dispute} is a dispute of another payment` };
    }
    if (notice.type === 'dispute_closed') return this.close(tx, payment, known?.dispute, acquirer, notice);
    return known === undefined ? this.open(tx, payment, acquirer, notice) : { kind: 'known' };
  }

  private async open(
    tx: OrchestratorTx,
    payment: Payment,
    acquirer: string,
    { dispute: acquirerDispute, amount, reason, evidenceDueAt }: Opened,
  ): Promise<DisputeHearing> {
    const openedAt = this.clock.now();
    const id = this.ids.next('dsp');
    const outcome = await tx.disputes.earlyOutcome(payment, { acquirer, acquirerDispute });
    const told = { id, acquirer, acquirerDispute, amount, reason, evidenceDueAt, openedAt };
    const opened = openDispute(payment, told, outcome);
    if (!opened.ok) return contradicted(opened.error);

    const facts = [openedFact(opened.value.dispute)];
    const ended = outcome === undefined ? opened : this.end(opened.value, outcome);
    if (!ended.ok) return contradicted(ended.error);
    if (outcome !== undefined) facts.push(closedFact(ended.value.dispute, outcome));

    await tx.disputes.add(payment, ended.value.dispute);
    await tx.payments.save(ended.value.payment, facts);
    return { kind: 'heard' };
  }

  private async close(
    tx: OrchestratorTx,
    payment: Payment,
    dispute: Dispute | undefined,
    acquirer: string,
    { dispute: acquirerDispute, outcome }: Extract<DisputeTold['notice'], { type: 'dispute_closed' }>,
  ): Promise<DisputeHearing> {
    if (dispute === undefined) {
      await tx.disputes.keepEarlyOutcome(payment, { acquirer, acquirerDispute }, outcome, this.clock.now());
      return { kind: 'kept' };
    }
    const closed = this.end({ payment, dispute }, outcome);
    if (!closed.ok) return contradicted(closed.error);
    if (closed.value.dispute === dispute) return { kind: 'known' };

    await tx.disputes.close(payment, closed.value.dispute);
    await tx.payments.save(closed.value.payment, [closedFact(closed.value.dispute, outcome)]);
    return { kind: 'heard' };
  }

  private end(
    { payment, dispute }: DisputedPayment,
    outcome: DisputeOutcome,
  ): Result<DisputedPayment, DisputeContradiction> {
    return closeDispute(payment, dispute, outcome, this.clock.now());
  }
}

function openedFact(dispute: Dispute): PaymentFact {
  const { reason, evidenceDueAt } = dispute;
  return {
    type: 'payment.dispute_opened',
    data: { ...aboutOf(dispute), reason, evidenceDueAt: evidenceDueAt.toISOString() },
  };
}

function closedFact(dispute: Dispute, outcome: DisputeOutcome): PaymentFact {
  return { type: outcome === 'won' ? 'payment.dispute_won' : 'payment.dispute_lost', data: aboutOf(dispute) };
}

function aboutOf({ id, amount, acquirer }: Dispute): { disputeId: string; amount: number; acquirer: string } {
  return { disputeId: id, amount: Number(amount.minor), acquirer };
}

function contradicted(contradiction: DisputeContradiction): DisputeHearing {
  return { kind: 'contradicted', because: wordsOf(contradiction) };
}

function wordsOf(contradiction: DisputeContradiction): string {
  switch (contradiction.code) {
    case 'dispute_in_other_currency':
      return `the payment is in ${contradiction.expected}`;
    case 'dispute_exceeds_capture':
      return `no more than ${contradiction.available.minor} ${contradiction.available.currency} can be disputed`;
    case 'dispute_closed_otherwise':
      return `the dispute was ${contradiction.status} already`;
  }
}
