import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { WakeUp } from '#messaging';
import type { Logger } from '#observability';
import { SagaStore, UnitOfWork, type DueSaga, type Sql } from '#persistence';
import { LOGGER, SQL } from '#runtime';
import type { OrchestratorStores } from '../stores/orchestrator-stores.ts';
import { TakeDueTurn } from '../use-cases/take-due-turn.ts';

/** Deadlines are in seconds; a quarter of one late is on time. */
const pollMs = 250;
/** Longer than an acquirer is listened to; a saga in the hands of a process that died is taken up after this. */
const leaseMs = 15_000;
const takenAtOnce = 64;

/** Wakes the sagas whose time has come: deadlines, further tries, and questions about lost calls. */
@Injectable()
export class SagaAlarmClock implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly doorbell = new WakeUp();
  private running: Promise<void> = Promise.resolve();
  private stopping = false;

  constructor(
    private readonly takeDueTurn: TakeDueTurn,
    private readonly unitOfWork: UnitOfWork<OrchestratorStores>,
    @Inject(SQL) private readonly sql: Sql,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    this.doorbell.ring();
    await this.running;
  }

  private async run(): Promise<void> {
    const owner = `orchestrator-${process.pid}`;
    const sagas = new SagaStore(this.sql);
    while (!this.stopping) {
      try {
        const due = await sagas.takeDue(owner, leaseMs, takenAtOnce);
        await Promise.all(due.map((saga) => this.wake(saga)));
        if (due.length < takenAtOnce) await this.doorbell.wait(pollMs);
      } catch (error) {
        this.logger.warn({ err: error }, 'could not look for due sagas');
        await this.doorbell.wait(pollMs);
      }
    }
  }

  private async wake(due: DueSaga): Promise<void> {
    try {
      await this.takeDueTurn.execute(due);
    } catch (error) {
      const { paymentId, merchantId } = due.key;
      this.logger.warn(
        { err: error, paymentId, merchantId, action: due.action },
        'a saga stumbled; it is taken up again',
      );
    }
  }
}
