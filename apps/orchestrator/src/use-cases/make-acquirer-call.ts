import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Logger } from '#observability';
import { UnitOfWork } from '#persistence';
import { LOGGER } from '#runtime';
import { AcquirerDirectory } from '../acquirers/acquirer-directory.ts';
import type { OrchestratorStores } from '../stores/orchestrator-stores.ts';
import { AcquirerCalls, type AcquirerCall } from './acquirer-calls.ts';
import { AdvanceSaga } from './advance-saga.ts';

/** Makes the calls that transactions have written down, outside of any transaction, and tells the saga the answer. */
@Injectable()
export class MakeAcquirerCall implements BeforeApplicationShutdown {
  private readonly underWay = new Set<Promise<void>>();

  constructor(
    calls: AcquirerCalls,
    private readonly acquirers: AcquirerDirectory,
    private readonly advanceSaga: AdvanceSaga,
    private readonly unitOfWork: UnitOfWork<OrchestratorStores>,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    calls.madeBy((call) => {
      const made = this.make(call).finally(() => this.underWay.delete(made));
      this.underWay.add(made);
    });
  }

  /** A call that is under way is worth waiting for: its answer would have to be asked for otherwise. */
  async beforeApplicationShutdown(): Promise<void> {
    while (this.underWay.size > 0) await Promise.all(this.underWay);
  }

  private async make({ saga, acquirer, attemptId, request }: AcquirerCall): Promise<void> {
    const answer = await this.acquirers.get(acquirer).send(request);
    const about = { paymentId: saga.paymentId, merchantId: saga.merchantId, attemptId, operation: request.operation };
    this.logger.info({ ...about, acquirer, answer: answer.type }, 'acquirer answered');
    try {
      await this.unitOfWork.run((tx) => this.advanceSaga.execute(tx, saga, { type: 'answered', attemptId, answer }));
    } catch (error) {
      // The answer is lost with this; the saga's alarm clock has it asked for.
      this.logger.warn({ err: error, ...about }, 'could not write an answer down; the acquirer will be asked again');
    }
  }
}
