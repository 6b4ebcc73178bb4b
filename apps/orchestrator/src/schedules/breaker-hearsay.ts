import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { breakerHint, hints, type BreakerHint } from '#contracts';
import { Broker } from '#messaging';
import type { Logger } from '#observability';
import { LOGGER } from '#runtime';
import { AcquirerDirectory } from '../acquirers/acquirer-directory.ts';
import { GuardNews } from '../acquirers/guard-news.ts';
import { BreakerOverrides } from './breaker-overrides.ts';

/**
 * Tells the other processes when a breaker opens here, and is careful when one opens there. Only what a process saw itself
 * is told on, and only once: probes that fail tell the others nothing new, and a rumour must not travel in circles.
 */
@Injectable()
export class BreakerHearsay implements OnApplicationBootstrap {
  private readonly process: string = crypto.randomUUID();

  constructor(
    private readonly acquirers: AcquirerDirectory,
    private readonly news: GuardNews,
    private readonly overrides: BreakerOverrides,
    private readonly broker: Broker,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.news.onBreakerChange((change) => {
      const { acquirer, operation, from, to, onHearsay } = change;
      this.logger.warn(change, 'a breaker changed');
      if (from !== 'closed' || to !== 'open' || onHearsay) return;
      const hint: BreakerHint = { change: 'opened', process: this.process, acquirer, operation };
      this.broker.hint(hints.breakerChanged, JSON.stringify(hint));
    });
    void this.broker.onHint(hints.breakerChanged, (payload) => this.hear(payload));
  }

  private hear(payload: string): void {
    const hint = breakerHint.safeParse(parseJson(payload)).data;
    // A newer release may say what this one does not know; hints may be lost anyway.
    if (hint === undefined) return;
    if (hint.change === 'override') this.overrides.lookNow();
    else if (hint.process !== this.process) {
      void this.acquirers.breakerOf(hint.acquirer, hint.operation)?.openOnHearsay();
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
