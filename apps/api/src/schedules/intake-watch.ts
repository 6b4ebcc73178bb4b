import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger, Metrics } from '#observability';
import { estimateBacklog, type BacklogEstimate, type Sql } from '#persistence';
import { LOGGER, METRICS, relayLanes, SQL } from '#runtime';
import { PaymentIntake } from '../stores/payment-intake.ts';
import { IntakeGate, type IntakePressure } from '../use-cases/intake-gate.ts';

/** Two looks make a decision, so it takes about a second; the backlog grows by a few thousand events in that time. */
const everyMs = 500;

/** Looks at what intake leans on, as long as the service runs, and lets the gate judge. */
@Injectable()
export class IntakeWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private ticking: NodeJS.Timeout | undefined;
  private asking: Promise<void> | undefined;
  private askedAtMs = 0;
  private answerTookMs = 0;
  private backlog: BacklogEstimate = { events: 0, oldestAgeMs: 0 };

  constructor(
    private readonly gate: IntakeGate,
    private readonly intake: PaymentIntake,
    @Inject(SQL) private readonly sql: Sql,
    @Inject(METRICS) private readonly metrics: Metrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.ticking = setInterval(() => this.look(), everyMs).unref();
    this.ask();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.ticking);
    await this.asking;
  }

  private look(): void {
    const pressure = this.pressure();
    const before = this.gate.shedding;
    this.gate.judge(pressure);
    const now = this.gate.shedding;
    if (now !== before) {
      const said = now === undefined ? 'new payments are taken again' : 'new payments are turned away';
      this.logger.warn({ reason: now ?? before, ...pressure }, said);
    }
    this.show(pressure);
    this.ask();
  }

  private pressure(): IntakePressure {
    return {
      backlogAgeMs: this.backlog.oldestAgeMs,
      backlogEvents: this.backlog.events,
      queueWaitMs: Math.round(Math.max(this.intake.longestWaitMs, this.databaseWaitMs())),
    };
  }

  /** What anybody waits who asks the database now: our own question waits for a connection like any other. */
  private databaseWaitMs(): number {
    return this.asking === undefined
      ? this.answerTookMs
      : Math.max(this.answerTookMs, performance.now() - this.askedAtMs);
  }

  /** One question at a time. While there is no answer, the backlog is what it was. */
  private ask(): void {
    if (this.asking !== undefined) return;
    this.askedAtMs = performance.now();
    this.asking = estimateBacklog(this.sql, relayLanes)
      .then(
        (backlog) => void (this.backlog = backlog),
        (error: unknown) => this.logger.debug({ err: error }, 'could not look at the backlog; looking again'),
      )
      .finally(() => {
        this.answerTookMs = performance.now() - this.askedAtMs;
        this.asking = undefined;
      });
  }

  private show({ backlogAgeMs, backlogEvents, queueWaitMs }: IntakePressure): void {
    const { intake } = this.metrics;
    intake.backlogAge.set(backlogAgeMs / 1_000);
    intake.backlogEvents.set(backlogEvents);
    intake.queueWait.set(queueWaitMs / 1_000);
    intake.shedding.set(this.gate.shedding === undefined ? 0 : 1);
  }
}
