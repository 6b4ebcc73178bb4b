import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import type { Clock } from '#domain';
import type { Logger } from '#observability';

export interface ReaperOptions {
  /** What is forgotten, as it reads after "could not forget". */
  readonly what: string;
  readonly keptMs: number;
  readonly everyMs: number;
  /** Forgets rows from before the horizon, at most so many, and gives how many they were. */
  readonly forget: (horizon: Date, limit: number) => Promise<number>;
}

/** Small enough that the deletes of one go never hold anybody up. */
const forgottenAtOnce = 1_000;

/** Forgets rows whose time is over, as long as the service runs. Any number of processes do this side by side. */
export abstract class Reaper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly options: ReaperOptions;
  private readonly clock: Clock;
  private readonly logger: Logger;
  private ticking: NodeJS.Timeout | undefined;
  private working = Promise.resolve(0);
  private stopping = false;

  constructor(options: ReaperOptions, clock: Clock, logger: Logger) {
    this.options = options;
    this.clock = clock;
    this.logger = logger;
  }

  onApplicationBootstrap(): void {
    this.ticking = setInterval(() => void this.reap(), this.options.everyMs).unref();
  }

  /** What is being forgotten is forgotten first: the connections are closed after this. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    clearInterval(this.ticking);
    await this.working;
  }

  /** Gives how many rows were forgotten. A fault leaves the rest for the next time. */
  reap(): Promise<number> {
    this.working = this.working.then(() => this.forgetOld());
    return this.working;
  }

  private async forgetOld(): Promise<number> {
    const { what, keptMs, forget } = this.options;
    const horizon = new Date(this.clock.now().getTime() - keptMs);
    let forgotten = 0;
    try {
      for (let reaped = forgottenAtOnce; reaped === forgottenAtOnce && !this.stopping; forgotten += reaped) {
        reaped = await forget(horizon, forgottenAtOnce);
      }
    } catch (error) {
      this.logger.warn({ err: error }, `could not forget ${what}; trying again later`);
    }
    return forgotten;
  }
}
