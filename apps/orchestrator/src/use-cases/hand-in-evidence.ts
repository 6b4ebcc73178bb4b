import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '#observability';
import { LOGGER } from '#runtime';
import { AcquirerDirectory } from '../acquirers/acquirer-directory.ts';
import { EvidenceQueue, type DueEvidence } from '../stores/evidence-queue.ts';

/**
 * Hands evidence to the acquirer, outside of any transaction. Each dispute has one, so the dispute's id is the key under which
 * the acquirer knows it again.
 */
@Injectable()
export class HandInEvidence {
  constructor(
    private readonly queue: EvidenceQueue,
    private readonly acquirers: AcquirerDirectory,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async execute(evidence: DueEvidence): Promise<void> {
    const { merchantId, paymentId, disputeId, acquirer, acquirerDispute, text } = evidence;
    const answer = await this.acquirers
      .get(acquirer)
      .submitEvidence(disputeId, acquirerDispute, text, this.acquirers.patience());
    const about = { merchantId, paymentId, disputeId, acquirer, answer: answer.type };
    switch (answer.type) {
      case 'accepted':
        this.logger.info(about, 'acquirer accepted evidence');
        return this.queue.end(evidence, 'accepted', null);
      case 'refused':
        this.logger.warn({ ...about, reason: answer.reason }, 'acquirer refused evidence');
        return this.queue.end(evidence, 'refused', answer.reason);
      case 'not_sent':
      case 'unknown':
        this.logger.info({ ...about, reason: answer.reason }, 'acquirer did not take evidence; it is handed in again');
        return this.queue.tryAgain(evidence);
    }
  }
}
