import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Logger } from '#observability';
import { LOGGER } from '#runtime';
import type { AcquirerAnswer } from '../acquirers/acquirer.ts';
import { AcquirerDirectory } from '../acquirers/acquirer-directory.ts';
import { GuardNews, isShut } from '../acquirers/guard-news.ts';
import { AcquirerCalls, type AcquirerCall, type CallMaker } from './acquirer-calls.ts';
import { TellSagas } from './tell-sagas.ts';

/** Makes the calls that transactions have written down, outside of any transaction, and tells the saga the answer. */
@Injectable()
export class MakeAcquirerCall implements CallMaker, BeforeApplicationShutdown {
  constructor(
    private readonly calls: AcquirerCalls,
    private readonly acquirers: AcquirerDirectory,
    private readonly tellSagas: TellSagas,
    news: GuardNews,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    calls.madeBy(this);
    // Who waits behind calls that hang need not wait until those are out of time.
    news.onBreakerChange(({ acquirer, operation, to }) => {
      if (isShut(to) && operation !== 'find')
        calls.giveUp(acquirer, operation, `the breaker of ${acquirer} has opened`);
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.calls.stop();
  }

  async make(call: AcquirerCall): Promise<void> {
    const answer = await this.acquirers.get(call.acquirer).send(call.request, this.acquirers.patience());
    await this.tell(call, answer);
  }

  async refuse(call: AcquirerCall, reason: string): Promise<void> {
    await this.tell(call, { type: 'not_sent', reason });
  }

  private async tell({ saga: key, acquirer, attemptId, request }: AcquirerCall, answer: AcquirerAnswer): Promise<void> {
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
