import { Injectable } from '@nestjs/common';
import { BatchedWrites, type Outcome } from '#batching';
import { DatabaseFault, UnitOfWork } from '#persistence';
import type { OrchestratorStores } from '../stores/orchestrator-stores.ts';
import { AdvanceSagas } from './advance-sagas.ts';
import type { SagaHappening } from './happening.ts';

const limits = {
  /** Enough to write a burst in few transactions, few enough to hold their payments for milliseconds only. */
  batchSizeMax: 100,
  /** Two, so that one is prepared here while the database works on the other. */
  batchesInFlightMax: 2,
} as const;

/** Tells sagas what happened to them; those that are told at the same time share a transaction. */
@Injectable()
export class TellSagas {
  private readonly writes = new BatchedWrites<SagaHappening, 'told'>((happenings) => this.write(happenings), limits);

  constructor(
    private readonly unitOfWork: UnitOfWork<OrchestratorStores>,
    private readonly advanceSagas: AdvanceSagas,
  ) {}

  /** Resolves when it is written. Errors: `DatabaseFault` when nothing was kept and telling it again can help. */
  async tell(happening: SagaHappening): Promise<void> {
    await this.writes.submit(happening);
  }

  private async write(happenings: readonly SagaHappening[]): Promise<Outcome<'told'>[]> {
    try {
      await this.writeTogether(happenings);
      return happenings.map(() => 'told');
    } catch (error) {
      // A fault of the database is nobody's own: each would meet it again.
      if (happenings.length === 1 || error instanceof DatabaseFault) throw error;
      return happenings.map((happening) => this.writeTogether([happening]).then(() => 'told'));
    }
  }

  private writeTogether(happenings: readonly SagaHappening[]): Promise<void> {
    return this.unitOfWork.run((tx) => this.advanceSagas.execute(tx, happenings));
  }
}
