import { Inject, Injectable } from '@nestjs/common';
import {
  beginCharge,
  beginOperation,
  invariant,
  type Clock,
  type Ids,
  type Payment,
  type PaymentId,
  type SagaKind,
} from '#domain';
import type { MovementEnd, MovementKey, StoredSaga } from '#persistence';
import { CLOCK, IDS } from '#runtime';
import { ObservedPerformance } from '../acquirers/observed-performance.ts';
import { RouteAuthorizations } from '../acquirers/route-authorizations.ts';
import { ENVIRONMENT, type OrchestratorEnvironment } from '../orchestrator.config.ts';
import type { OrchestratorTx } from '../stores/orchestrator-stores.ts';
import { AcquirerCalls, type AcquirerCall } from './acquirer-calls.ts';
import { chargeKeyOf } from './charge-key.ts';
import type { Happening, SagaHappening } from './happening.ts';
import { lateApprovalIn } from './late-approval.ts';
import { observationsIn } from './observations.ts';
import { SagaTurn } from './saga-turn.ts';
import { takeTurn } from './take-turn.ts';

/** Something that happened, with the payment and the saga that it happened to. */
interface Told {
  readonly happening: Happening;
  readonly payment: Payment;
  readonly stored: StoredSaga;
}

/**
 * Turns of sagas in the caller's transaction: lock the payments, reduce, write everything, and have the next calls made
 * after the commit. What comes late or twice changes nothing. However many sagas there are, the statements are the same:
 * each of them reads or writes one table for all.
 */
@Injectable()
export class AdvanceSagas {
  constructor(
    private readonly acquirers: RouteAuthorizations,
    private readonly performance: ObservedPerformance,
    private readonly calls: AcquirerCalls,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(IDS) private readonly ids: Ids,
    @Inject(ENVIRONMENT) private readonly environment: OrchestratorEnvironment,
  ) {}

  /** What concerns the same payment happens in the order given. */
  async execute(tx: OrchestratorTx, happenings: readonly SagaHappening[]): Promise<void> {
    for (const round of roundsOf(happenings)) {
      const late = await this.takeRound(tx, round);
      if (late.length > 0) await this.takeRound(tx, late);
    }
  }

  /** What follows for other sagas of the same payments. */
  private async takeRound(tx: OrchestratorTx, round: readonly SagaHappening[]): Promise<readonly SagaHappening[]> {
    const told = await findSagas(tx, round);
    const turns = await this.begin(tx, told);
    const { clock, environment } = this;
    const rules = {
      clock,
      fraudDeadlineMs: environment.FRAUD_DEADLINE_MS,
      actionDeadlineMs: environment.ACTION_DEADLINE_MS,
    };
    const taken: SagaTurn[] = [];
    const late: SagaHappening[] = [];
    for (const { turn, happening } of turns) {
      if (takeTurn(turn, happening, rules)) taken.push(turn);
      else late.push(...lateApprovalIn(turn, happening));
    }
    await this.write(tx, taken);
    return late;
  }

  private async begin(
    tx: OrchestratorTx,
    told: readonly Told[],
  ): Promise<readonly { readonly turn: SagaTurn; readonly happening: Happening }[]> {
    const payments = told.map(({ payment }) => payment);
    await this.acquirers.prepare(tx.routing, payments);
    const [attempts, movements] = await Promise.all([
      tx.attempts.of(told.filter(mayHaveAttempts).map(({ payment }) => payment)),
      tx.movements.find(told.flatMap(({ payment, stored }) => movementKeyOf(payment, stored))),
    ]);
    const { acquirers, clock, ids, environment } = this;
    const parts = {
      acquirers,
      clock,
      ids,
      acquirerTimeoutMs: environment.ACQUIRER_TIMEOUT_MS,
      authorizationValidMs: environment.AUTHORIZATION_VALID_SECONDS * 1_000,
    };
    return told.map(({ payment, stored, happening }) => {
      const start = {
        payment,
        stored,
        attempts: attempts.get(payment.id) ?? [],
        movement: stored.operationId === null ? undefined : movements.get(stored.operationId),
      };
      return { turn: new SagaTurn(start, parts), happening };
    });
  }

  private async write(tx: OrchestratorTx, turns: readonly SagaTurn[]): Promise<void> {
    // Sent together, and carried out in this order.
    await Promise.all([
      tx.movements.addCaptures(
        turns.flatMap(({ payment, newCapture: capture }) => (capture === undefined ? [] : [{ payment, capture }])),
      ),
      tx.movements.end(turns.flatMap(movementEndOf)),
      tx.attempts.save(
        turns.flatMap((turn) => turn.touchedAttempts().map((attempt) => ({ payment: turn.payment, attempt }))),
      ),
      tx.sagas.save(turns),
      tx.payments.enlarge(turns.filter(({ enlarged }) => enlarged).map(({ payment }) => payment)),
      tx.payments.saveAll(turns),
    ]);
    const calls = turns.flatMap(callOf);
    const observations = turns.flatMap(observationsIn);
    tx.afterCommit(() => {
      this.calls.add(calls);
      this.performance.note(observations);
    });
  }
}

/** A payment takes part once in a round, because a turn begins with what the turn before it has written. */
function roundsOf(happenings: readonly SagaHappening[]): SagaHappening[][] {
  const rounds: SagaHappening[][] = [];
  const roundOfPayment = new Map<PaymentId, number>();
  for (const happening of happenings) {
    const { paymentId } = happening.key;
    const round = roundOfPayment.get(paymentId) ?? 0;
    roundOfPayment.set(paymentId, round + 1);
    (rounds[round] ??= []).push(happening);
  }
  return rounds;
}

async function findSagas(tx: OrchestratorTx, round: readonly SagaHappening[]): Promise<Told[]> {
  const payments = await tx.payments.lockAll(
    round.map(({ key }) => ({ merchantId: key.merchantId, id: key.paymentId })),
  );
  const concerned = round.map(({ key, happening }) => {
    const payment = payments.get(key.paymentId);
    invariant(payment !== undefined, `${key.paymentId} has a saga or was asked for, and so has a row`);
    return { payment, ...concerning(payment, { key, happening }) };
  });
  const sagas = await tx.sagas.find(concerned.map(({ key }) => key));
  return concerned.flatMap(({ payment, key, happening }) => {
    const begun = sagas.get(key.id);
    // The same request again changes nothing.
    if (begun !== undefined) return happening.type === 'requested' ? [] : [{ payment, happening, stored: begun }];
    const stored = unbegun({ key, happening }, payment);
    return stored === undefined ? [] : [{ payment, happening, stored }];
  });
}

/** Voided while a person was still looking: there is no hold to release, only a charge to forget. */
function concerning(payment: Payment, told: SagaHappening): SagaHappening {
  const { happening } = told;
  if (happening.type !== 'requested' || happening.kind !== 'void' || payment.state !== 'voided') return told;
  return { key: chargeKeyOf(payment.merchantId, payment.id), happening: { type: 'withdrawn' } };
}

/** A request begins its saga. Risk may answer before the news of the payment's creation is here: the charge begins with the answer then. */
function unbegun({ key, happening }: SagaHappening, { captureMethod }: Payment): StoredSaga | undefined {
  switch (happening.type) {
    case 'requested': {
      const { saga } = beginOperation(happening.kind, captureMethod);
      const operationId = happening.kind === 'void' ? null : key.id;
      return { key, saga, operationId, attemptId: null, epoch: 0 };
    }
    case 'risk_answered':
      return { key, saga: beginCharge(captureMethod), operationId: null, attemptId: null, epoch: 0 };
    case 'approved_late':
      return {
        key,
        saga: beginOperation('reversal', captureMethod).saga,
        operationId: null,
        attemptId: null,
        epoch: 0,
      };
    default:
      return undefined;
  }
}

/** A charge that has not called an acquirer yet is the payment's first saga. */
function mayHaveAttempts({ stored }: Told): boolean {
  return stored.attemptId !== null || stored.saga.kind !== 'charge';
}

function movementKeyOf(payment: Payment, { operationId: uuid, saga }: StoredSaga): MovementKey[] {
  return uuid === null ? [] : [{ payment, kind: movementKindOf(saga.kind), uuid }];
}

function movementKindOf(kind: SagaKind): MovementKey['kind'] {
  return kind === 'refund' || kind === 'increase' ? kind : 'capture';
}

function movementEndOf({ payment, stored, movementEnd: status }: SagaTurn): MovementEnd[] {
  return status === undefined ? [] : movementKeyOf(payment, stored).map((key) => ({ ...key, status }));
}

function callOf(turn: SagaTurn): AcquirerCall[] {
  const { attempt, payment, stored } = turn;
  if (!turn.sends || attempt === undefined) return [];
  const request = {
    key: attempt.id,
    operation: attempt.operation,
    amount: attempt.amount,
    cardToken: payment.cardToken,
    reference: payment.id,
    authorization: turn.authorization?.acquirerReference ?? null,
    final: turn.movement?.final ?? true,
    returnUrl: payment.returnUrl,
  };
  return [{ saga: stored.key, acquirer: attempt.acquirer, attemptId: attempt.id, request }];
}
