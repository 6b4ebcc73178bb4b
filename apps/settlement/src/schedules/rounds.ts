import { WakeUp } from '#messaging';
import type { Logger } from '#observability';

export interface RoundsOptions {
  /** What a round does, as it reads after "could not". */
  readonly what: string;
  readonly logger: Logger;
  /** Works, and tells in how many milliseconds to work again. It looks at `stopping` between its steps when it has many. */
  readonly round: () => Promise<number>;
}

/** A round that failed is made again after this long: what was away may be back, and asking harder would not help it. */
export const pauseAfterFaultMs = 1_000;

/** Work that comes round again and again until the service stops; one round at a time. */
export class Rounds {
  private readonly doorbell = new WakeUp();
  private running: Promise<void> = Promise.resolve();
  private ended = false;

  constructor(private readonly options: RoundsOptions) {}

  get stopping(): boolean {
    return this.ended;
  }

  start(): void {
    this.running = this.run();
  }

  /** Resolves when the round at hand has ended. */
  async stop(): Promise<void> {
    this.ended = true;
    this.doorbell.ring();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.ended) {
      const pauseMs = await this.options.round().catch((error: unknown) => {
        this.options.logger.warn({ err: error }, `could not ${this.options.what}; it is tried again`);
        return pauseAfterFaultMs;
      });
      if (!this.ended) await this.doorbell.wait(pauseMs);
    }
  }
}
