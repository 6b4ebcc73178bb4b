import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { WakeUp } from '#messaging';
import type { Logger } from '#observability';
import { SagaStore, type DueSaga, type SagaAction, type Sql } from '#persistence';
import { LOGGER, SQL } from '#runtime';
import { RiskAnswers } from './risk-answers.ts';
import { TakeDueTurn } from '../use-cases/take-due-turn.ts';

/** Deadlines are in seconds; a quarter of one late is on time. */
const pollMs = 250;
/** Longer than an acquirer is listened to; a saga in the hands of a process that died is taken up after this. */
const leaseMs = 15_000;
const takenAtOnce = 64;

const withoutRiskPolicy = ['attempt', 'check', 'expire'] as const satisfies readonly SagaAction[];
const allActions = [...withoutRiskPolicy, 'decide_without_risk'] as const satisfies readonly SagaAction[];

/** Wakes the sagas whose time has come: deadlines, further tries, and questions about lost calls. */
@Injectable()
export class SagaAlarmClock implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly doorbell = new WakeUp();
  private running: Promise<void> = Promise.resolve();
  private stopping = false;

  constructor(
    private readonly takeDueTurn: TakeDueTurn,
    private readonly riskAnswers: RiskAnswers,
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
        const due = await sagas.takeDue(owner, leaseMs, takenAtOnce, await this.actionsNow());
        await Promise.all(due.map((saga) => this.wake(saga)));
        if (due.length < takenAtOnce) await this.doorbell.wait(pollMs);
      } catch (error) {
        this.logger.warn({ err: error }, 'could not look for due sagas');
        await this.doorbell.wait(pollMs);
      }
    }
  }

  /** As long as an answer of risk may lie unread, its silence is our own, and no policy decides. */
  private async actionsNow(): Promise<readonly SagaAction[]> {
    return (await this.riskAnswers.mayLieUnread()) ? withoutRiskPolicy : allActions;
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
