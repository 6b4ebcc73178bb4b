import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { AttemptId } from '#domain';
import type { Logger } from '#observability';
import type { SagaKey } from '#persistence';
import { LOGGER } from '#runtime';
import { AcquirerDirectory } from '../acquirers/acquirer-directory.ts';
import { AcquirerCalls } from './acquirer-calls.ts';
import { CallLine } from './call-line.ts';
import { TellSagas } from './tell-sagas.ts';

interface AcquirerQuestion {
  readonly saga: SagaKey;
  readonly acquirer: string;
  readonly attemptId: AttemptId;
  /** The saga's, when the question was due. */
  readonly epoch: number;
}

/** Questions side by side at one acquirer; they come seconds after their calls, and hurry less. */
const atOnceMax = 32;

/** What waits beyond this is forgotten; its saga is due again when the lease of its alarm ends. */
const lineMax = 512;

/**
 * Asks acquirers what became of calls, and tells the sagas. In a line for each acquirer, so that whoever finds that a
 * question is due need not wait for its answer, nor one acquirer's questions for another's answers.
 */
@Injectable()
export class AcquirerQuestions implements BeforeApplicationShutdown {
  private readonly lines = new Map<string, CallLine<AcquirerQuestion>>();
  private readonly inHand = new Set<AttemptId>();
  private stopping = false;

  constructor(
    private readonly acquirers: AcquirerDirectory,
    private readonly calls: AcquirerCalls,
    private readonly tellSagas: TellSagas,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** One that is being asked already is not asked again. */
  ask(question: AcquirerQuestion): void {
    const { acquirer, attemptId } = question;
    const line = this.lines.get(acquirer) ?? new CallLine((next: AcquirerQuestion) => this.put(next), atOnceMax);
    this.lines.set(acquirer, line);
    if (this.stopping || this.inHand.has(attemptId) || line.waiting >= lineMax) return;
    this.inHand.add(attemptId);
    line.add(question);
  }

  /** Those that wait are asked by whoever finds them due next. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    for (const line of this.lines.values()) line.leave();
    await Promise.all([...this.lines.values()].map((line) => line.empty()));
  }

  private async put({ saga: key, acquirer, attemptId, epoch }: AcquirerQuestion): Promise<void> {
    try {
      // Sent once more while this waited: what an acquirer says of a call on its way is no answer.
      if (this.calls.has(attemptId)) return;
      const answer = await this.acquirers.get(acquirer).find(attemptId, this.acquirers.patience());
      await this.tellSagas.tell({ key, happening: { type: 'answered', attemptId, answer, epoch } });
    } catch (error) {
      const { paymentId, merchantId } = key;
      this.logger.warn({ err: error, paymentId, merchantId, attemptId }, 'a question went wrong; it is asked again');
    } finally {
      this.inHand.delete(attemptId);
    }
  }
}
