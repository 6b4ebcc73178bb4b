import { Inject, Injectable } from '@nestjs/common';
import {
  advance,
  beginCharge,
  invariant,
  isFinished,
  type Attempt,
  type AttemptId,
  type Clock,
  type Decline,
  type Ids,
  type Payment,
  type SagaEvent,
} from '#domain';
import type { Movement, RiskRecord, SagaKey, StoredSaga } from '#persistence';
import { CLOCK, IDS } from '#runtime';
import { AcquirerDirectory } from '../acquirers/acquirer-directory.ts';
import type { FindAnswer } from '../acquirers/acquirer.ts';
import { declineSourceOf } from '../acquirers/decline-source.ts';
import { ENVIRONMENT, type OrchestratorEnvironment } from '../orchestrator.config.ts';
import type { OrchestratorTx } from '../stores/orchestrator-stores.ts';
import { AcquirerCalls } from './acquirer-calls.ts';
import { SagaTurn } from './saga-turn.ts';

/** What can happen to a saga, as the world outside the domain tells it. */
export type Happening =
  | { readonly type: 'risk_answered'; readonly risk: RiskRecord }
  | { readonly type: 'risk_silent' }
  | { readonly type: 'review_decided'; readonly decision: 'allow' | 'block' }
  | { readonly type: 'withdrawn' }
  | { readonly type: 'try_due'; readonly epoch: number }
  /** From our own call, or from asking what became of it. */
  | { readonly type: 'answered'; readonly attemptId: AttemptId; readonly answer: FindAnswer };

/**
 * One turn of a saga in the caller's transaction: lock the payment, reduce, write everything, and have the next call
 * made after the commit. What comes late or twice changes nothing.
 */
@Injectable()
export class AdvanceSaga {
  constructor(
    private readonly acquirers: AcquirerDirectory,
    private readonly calls: AcquirerCalls,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(IDS) private readonly ids: Ids,
    @Inject(ENVIRONMENT) private readonly environment: OrchestratorEnvironment,
  ) {}

  async execute(tx: OrchestratorTx, key: SagaKey, happening: Happening): Promise<void> {
    const payment = await tx.payments.lock(key.merchantId, key.paymentId);
    invariant(payment !== undefined, `${key.paymentId} has a saga and so a row`);
    const stored = (await tx.sagas.find(key)) ?? unbegun(key, payment, happening);
    if (stored !== undefined) await this.takeTurn(tx, payment, stored, happening);
  }

  private async takeTurn(
    tx: OrchestratorTx,
    payment: Payment,
    stored: StoredSaga,
    happening: Happening,
  ): Promise<void> {
    const turn = await this.begin(tx, payment, stored);
    if (happening.type === 'try_due') {
      // Somebody else took this turn while we slept: a second attempt beside theirs could charge twice.
      if (stored.epoch !== happening.epoch) return;
      this.beginDueAttempt(turn);
    } else {
      const event = this.eventOf(happening, turn);
      if (event === undefined) return;
      const { saga, commands } = advance(stored.saga, event);
      if (saga === stored.saga) return;
      turn.moveTo(saga);
      this.noteRisk(happening, turn);
      for (const command of commands) turn.carryOut(command);
    }
    await this.write(tx, turn);
  }

  /** Begins the operation of a saga that a merchant's request started, in the transaction that starts it. */
  async beginOperation(tx: OrchestratorTx, payment: Payment, stored: StoredSaga): Promise<void> {
    const turn = await this.begin(tx, payment, stored);
    this.beginDueAttempt(turn);
    await this.write(tx, turn);
  }

  private async begin(tx: OrchestratorTx, payment: Payment, stored: StoredSaga): Promise<SagaTurn> {
    const attempts = stored.attemptId === null && stored.saga.kind === 'charge' ? [] : await tx.attempts.of(payment);
    const movement = await movementOf(tx, payment, stored);
    const { acquirers, clock, ids } = this;
    const acquirerTimeoutMs = this.environment.ACQUIRER_TIMEOUT_MS;
    return new SagaTurn({ payment, stored, attempts, movement }, { acquirers, clock, ids, acquirerTimeoutMs });
  }

  /** The reducer has counted this try already; only its time had not come. */
  private beginDueAttempt(turn: SagaTurn): void {
    const operations = {
      authorizing: 'authorize',
      capturing: 'capture',
      releasing: 'void',
      voiding: 'void',
      refunding: 'refund',
    } as const;
    const { step } = turn.stored.saga;
    if (step in operations) turn.beginAttempt(operations[step as keyof typeof operations]);
  }

  private eventOf(happening: Exclude<Happening, { type: 'try_due' }>, turn: SagaTurn): SagaEvent | undefined {
    switch (happening.type) {
      case 'risk_answered':
        return { type: 'risk_answered', decision: happening.risk.decision };
      case 'risk_silent':
        return { type: 'risk_silent', withinFloor: withinFloor(turn.payment) };
      case 'review_decided':
        // The merchant may have withdrawn the payment while the person was deciding.
        return turn.payment.state === 'in_review' ? happening : undefined;
      case 'withdrawn':
        return happening;
      case 'answered': {
        const { attempt } = turn;
        if (attempt === undefined || attempt.id !== happening.attemptId || isFinished(attempt)) return undefined;
        return this.hear(happening.answer, attempt, turn);
      }
    }
  }

  private hear(answer: FindAnswer, attempt: Attempt, turn: SagaTurn): SagaEvent {
    switch (answer.type) {
      case 'approved':
        if (answer.amountMinor !== null && answer.amountMinor !== attempt.amount.minor) {
          turn.noteOutcome('lose_contact');
          const reason = `${attempt.acquirer} approved ${answer.amountMinor} where ${attempt.amount.minor} was asked`;
          return { type: 'contradicted', reason };
        }
        turn.noteOutcome('approve', { reference: answer.reference });
        return { type: 'approved' };
      case 'declined': {
        turn.noteOutcome('decline', { declineCode: answer.code });
        const { code, message, soft } = answer;
        const decline: Decline = { code, message, retryable: soft, source: declineSourceOf(code) };
        return { type: 'declined', decline };
      }
      case 'not_sent':
        turn.noteOutcome('was_not_sent');
        return { type: 'not_sent' };
      case 'unknown':
        turn.noteOutcome('lose_contact');
        return { type: 'contact_lost' };
      case 'nothing_found':
        return { type: 'nothing_found', heardTimeout: attempt.state === 'outcome_unknown' };
    }
  }

  private noteRisk(happening: Happening, turn: SagaTurn): void {
    if (happening.type === 'risk_answered') turn.noteRisk(happening.risk);
    if (happening.type === 'risk_silent') turn.noteRisk(this.policyOn(turn.payment));
  }

  /** The written policy for a silent fraud service: small amounts go on, the rest waits for a person. */
  private policyOn(payment: Payment): RiskRecord {
    const within = withinFloor(payment);
    const floor = `${payment.terms.riskFloor} ${payment.amount.currency}`;
    return {
      decision: within ? 'allow' : 'review',
      score: 0,
      reasons: [
        `risk_silent: no answer within ${this.environment.FRAUD_DEADLINE_MS} ms`,
        within ? `within_floor: ${payment.amount.minor} ≤ ${floor}` : `above_floor: ${payment.amount.minor} > ${floor}`,
      ],
      decidedBy: 'policy',
      assessedAt: this.clock.now(),
    };
  }

  private async write(tx: OrchestratorTx, turn: SagaTurn): Promise<void> {
    if (turn.newCapture !== undefined) await tx.movements.addCapture(turn.payment, turn.newCapture);
    if (turn.movementEnd !== undefined && turn.stored.operationId !== null) {
      const end = turn.stored.saga.kind === 'refund' ? 'endRefund' : 'endCapture';
      await tx.movements[end](turn.payment, turn.stored.operationId, turn.movementEnd);
    }
    for (const attempt of turn.touchedAttempts()) await tx.attempts.save(turn.payment, attempt);
    await tx.sagas.save(turn.stored, turn.next, turn.waitingFor);
    await tx.payments.save(turn.payment, turn.facts, turn.risk);
    const { attempt } = turn;
    if (!turn.sends || attempt === undefined) return;
    tx.afterCommit(() => this.calls.add(callOf(turn, attempt)));
  }
}

function callOf(turn: SagaTurn, attempt: Attempt): Parameters<AcquirerCalls['add']>[0] {
  return {
    saga: turn.stored.key,
    acquirer: attempt.acquirer,
    attemptId: attempt.id,
    request: {
      key: attempt.id,
      operation: attempt.operation,
      amount: attempt.amount,
      cardToken: turn.payment.cardToken,
      reference: turn.payment.id,
      authorization: turn.authorization?.acquirerReference ?? null,
      final: turn.movement?.final ?? true,
    },
  };
}

/** Risk may answer before the news of the payment's creation is here: its saga begins with the answer then. */
function unbegun(key: SagaKey, payment: Payment, happening: Happening): StoredSaga | undefined {
  if (happening.type !== 'risk_answered') return undefined;
  return { key, saga: beginCharge(payment.captureMethod), operationId: null, attemptId: null, epoch: 0 };
}

function withinFloor(payment: Payment): boolean {
  return payment.amount.minor <= payment.terms.riskFloor;
}

async function movementOf(tx: OrchestratorTx, payment: Payment, stored: StoredSaga): Promise<Movement | undefined> {
  if (stored.operationId === null) return undefined;
  return stored.saga.kind === 'refund'
    ? tx.movements.refund(payment, stored.operationId)
    : tx.movements.capture(payment, stored.operationId);
}
