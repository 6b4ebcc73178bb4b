import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { observe, type Observation, type PerformanceStatistics } from '#domain';
import type { Logger } from '#observability';
import { UnitOfWork } from '#persistence';
import { LOGGER } from '#runtime';
import type { OrchestratorStores } from '../stores/orchestrator-stores.ts';

/** Between two exchanges with the other processes: what one learns, all know a second later. */
const exchangeMs = 1_000;

/**
 * How acquirers perform. What this process observes counts here at once; once a second it is written down, and what other
 * processes have written is read. Knowledge only: what is lost with a process is a second of learning, and no money.
 */
@Injectable()
export class ObservedPerformance implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private statistics: PerformanceStatistics = new Map();
  private unwritten: Observation[] = [];
  private timer: NodeJS.Timeout | undefined;
  private exchanging: Promise<void> = Promise.resolve();

  constructor(
    private readonly unitOfWork: UnitOfWork<OrchestratorStores>,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.exchange();
    this.timer = setInterval(() => {
      this.exchanging = this.exchanging.then(() => this.exchange());
    }, exchangeMs);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.exchanging;
    await this.exchange();
  }

  known(): PerformanceStatistics {
    return this.statistics;
  }

  note(observations: readonly Observation[]): void {
    this.unwritten.push(...observations);
    this.statistics = observations.reduce(observe, this.statistics);
  }

  private async exchange(): Promise<void> {
    const written = this.unwritten;
    this.unwritten = [];
    try {
      const shared = await this.unitOfWork.run((tx) => tx.performance.observe(written));
      // What was observed while we were writing is not in it yet.
      this.statistics = this.unwritten.reduce(observe, shared);
    } catch (error) {
      this.unwritten = [...written, ...this.unwritten];
      this.logger.warn({ err: error }, 'could not exchange what is known of the acquirers; trying again');
    }
  }
}
