import { Injectable } from '@nestjs/common';
import { GroupCommit, UnitOfWork } from '#persistence';
import type { OrchestratorStores } from '../stores/orchestrator-stores.ts';
import { AdvanceSagas } from './advance-sagas.ts';
import type { SagaHappening } from './happening.ts';

/** Enough to write a burst in few transactions, few enough to hold their payments for milliseconds only. */
const toldAtOnceMax = 200;

/** Tells sagas what happened to them, those that are told at the same time in one transaction. */
@Injectable()
export class TellSagas {
  private readonly commits: GroupCommit<SagaHappening, void>;

  constructor(unitOfWork: UnitOfWork<OrchestratorStores>, advanceSagas: AdvanceSagas) {
    this.commits = new GroupCommit(
      (happenings) => unitOfWork.run((tx) => advanceSagas.execute(tx, happenings).then(() => happenings.map(() => {}))),
      toldAtOnceMax,
    );
  }

  /** Resolves when it is written. */
  tell(happening: SagaHappening): Promise<void> {
    return this.commits.run(happening);
  }
}
