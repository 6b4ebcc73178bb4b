import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Logger } from '#observability';
import { LOGGER } from '#runtime';
import { AcquirerDirectory } from '../acquirers/acquirer-directory.ts';
import { AcquirerCalls, type AcquirerCall } from './acquirer-calls.ts';
import { TellSagas } from './tell-sagas.ts';

/** Makes the calls that transactions have written down, outside of any transaction, and tells the saga the answer. */
@Injectable()
export class MakeAcquirerCall implements BeforeApplicationShutdown {
  constructor(
    private readonly calls: AcquirerCalls,
    private readonly acquirers: AcquirerDirectory,
    private readonly tellSagas: TellSagas,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    calls.madeBy((call) => this.make(call));
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.calls.stop();
  }

  private async make({ saga: key, acquirer, attemptId, request }: AcquirerCall): Promise<void> {
    const answer = await this.acquirers.get(acquirer).send(request, this.acquirers.patience());
    const about = { paymentId: key.paymentId, merchantId: key.merchantId, attemptId, operation: request.operation };
    this.logger.info({ ...about, acquirer, answer: answer.type }, 'acquirer answered');
    try {
      await this.tellSagas.tell({ key, happening: { type: 'answered', attemptId, answer } });
    } catch (error) {
      // The answer is lost with this; the saga's alarm clock has it asked for.
      this.logger.warn({ err: error, ...about }, 'could not write an answer down; the acquirer will be asked again');
    }
  }
}
