import type { Logger } from '#observability';

/** Something to be done at the start and then every hour. To leave it out once must do no harm. */
export interface Chore {
  readonly name: string;
  run(): Promise<void>;
}

const everyMs = 3_600 * 1_000;

/** Keeps the service's schema in order while the service runs. Several processes may do the same work side by side. */
export class Housekeeping {
  private readonly chores: readonly Chore[];
  private readonly logger: Logger;
  private timer: NodeJS.Timeout | undefined;
  private working: Promise<void> = Promise.resolve();

  constructor(chores: readonly Chore[], logger: Logger) {
    this.chores = chores;
    this.logger = logger;
  }

  start(): void {
    this.working = this.doAll();
    this.timer = setInterval(() => {
      this.working = this.working.then(() => this.doAll());
    }, everyMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.working;
  }

  private async doAll(): Promise<void> {
    for (const chore of this.chores) {
      try {
        await chore.run();
      } catch (error) {
        this.logger.warn({ err: error, chore: chore.name }, 'a chore was not done; it is tried again in an hour');
      }
    }
  }
}
