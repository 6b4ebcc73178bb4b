import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from '#observability';
import { LOGGER } from '#runtime';
import { FoldBalances } from '../use-cases/fold-balances.ts';
import { Rounds } from './rounds.ts';

/** What a reader adds up beside the folded balances is what was posted in this time: some hundred entries under full load. */
const foldEveryMs = 250;

@Injectable()
export class KeepBalancesFolded implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly rounds: Rounds;

  constructor(foldBalances: FoldBalances, @Inject(LOGGER) logger: Logger) {
    this.rounds = new Rounds({
      what: 'fold the balances',
      logger,
      round: async () => {
        await foldBalances.execute();
        return foldEveryMs;
      },
    });
  }

  onApplicationBootstrap(): void {
    this.rounds.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.rounds.stop();
  }
}
