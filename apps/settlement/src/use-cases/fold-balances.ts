import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#persistence';
import type { SettlementStores } from '../stores/settlement-stores.ts';

/** Brings the folded balances up to now. */
@Injectable()
export class FoldBalances {
  constructor(private readonly unitOfWork: UnitOfWork<SettlementStores>) {}

  /** How many entries were new. None also when another process is at it. */
  execute(): Promise<{ readonly entries: number }> {
    return this.unitOfWork.run(async (tx) => {
      if (!(await tx.balances.takeTurn())) return { entries: 0 };
      return tx.balances.fold();
    });
  }
}
