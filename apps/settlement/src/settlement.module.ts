import { Module, type DynamicModule } from '@nestjs/common';
import { ServiceModule } from '#runtime';
import { PostJournalsOnMoneyMoved } from './consumers/post-journals-on-money-moved.ts';
import { CloseBatchesAtCutoff } from './schedules/close-batches-at-cutoff.ts';
import { KeepBalancesFolded } from './schedules/keep-balances-folded.ts';
import { ENVIRONMENT, type SettlementEnvironment } from './settlement.config.ts';
import { settlementStores } from './stores/settlement-stores.ts';
import { CloseBatch } from './use-cases/close-batch.ts';
import { FoldBalances } from './use-cases/fold-balances.ts';
import { PostMovements } from './use-cases/post-movements.ts';

@Module({})
export class SettlementModule {
  static forEnvironment(environment: SettlementEnvironment): DynamicModule {
    return {
      module: SettlementModule,
      imports: [
        ServiceModule.forRoot({
          service: 'settlement',
          environment,
          schema: 'books',
          stores: settlementStores,
          log: { source: 'settlement', relayedHere: true },
        }),
      ],
      controllers: [PostJournalsOnMoneyMoved],
      providers: [
        { provide: ENVIRONMENT, useValue: environment },
        PostMovements,
        CloseBatch,
        FoldBalances,
        CloseBatchesAtCutoff,
        KeepBalancesFolded,
      ],
    };
  }
}
