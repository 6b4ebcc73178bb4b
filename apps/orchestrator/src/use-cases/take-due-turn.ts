import { Injectable } from '@nestjs/common';
import { isFinished, type Attempt } from '#domain';
import { UnitOfWork, type DueSaga, type SagaKey } from '#persistence';
import type { OrchestratorStores } from '../stores/orchestrator-stores.ts';
import { AcquirerCalls } from './acquirer-calls.ts';
import { AcquirerQuestions } from './acquirer-questions.ts';
import { TellSagas } from './tell-sagas.ts';

/** Does what a saga had planned for now. */
@Injectable()
export class TakeDueTurn {
  constructor(
    private readonly tellSagas: TellSagas,
    private readonly calls: AcquirerCalls,
    private readonly questions: AcquirerQuestions,
    private readonly unitOfWork: UnitOfWork<OrchestratorStores>,
  ) {}

  async execute({ key, action, epoch }: DueSaga): Promise<void> {
    switch (action) {
      case 'decide_without_risk':
        return this.tellSagas.tell({ key, happening: { type: 'risk_silent' } });
      case 'attempt':
        return this.tellSagas.tell({ key, happening: { type: 'try_due', epoch } });
      case 'expire':
        return this.tellSagas.tell({ key, happening: { type: 'hold_due' } });
      case 'check':
        return this.askWhatBecameOfIt(key, epoch);
    }
  }

  private async askWhatBecameOfIt(key: SagaKey, epoch: number): Promise<void> {
    const attempt = await this.openAttempt(key);
    // Nothing has become of a call that still waits for its turn.
    if (attempt === undefined || this.calls.has(attempt.id)) return;
    this.questions.ask({ saga: key, acquirer: attempt.acquirer, attemptId: attempt.id, epoch });
  }

  /** Read in a transaction of its own, which has ended before the acquirer is asked. */
  private openAttempt(key: SagaKey): Promise<Attempt | undefined> {
    return this.unitOfWork.run(async (tx) => {
      const payment = await tx.payments.lock(key.merchantId, key.paymentId);
      const saga = (await tx.sagas.find([key])).get(key.id);
      if (payment === undefined || saga === undefined) return undefined;
      const attempts = (await tx.attempts.of([payment])).get(payment.id) ?? [];
      return attempts.find((attempt) => attempt.id === saga.attemptId && !isFinished(attempt));
    });
  }
}
