import { Inject, Injectable } from '@nestjs/common';
import {
  handOutcomesOf,
  idOf,
  type AttemptOperation,
  type AttemptState,
  type CurrencyCode,
  type SagaKind,
  type SagaStep,
} from '#domain';
import type { Sql } from '#persistence';
import { SQL } from '#runtime';
import { outcomeOf } from '../graphql/presenters/attempt-outcome.ts';
import { presentMoney } from '../graphql/types/money.type.ts';
import type { StuckAttemptType, StuckSagaType } from './types/stuck-saga.type.ts';

interface SagaRow {
  payment_id: string;
  merchant_id: string;
  reference: string;
  currency: CurrencyCode;
  kind: SagaKind;
  step: SagaStep;
  stuck_at: SagaStep | null;
  definition_version: number;
  waiting_for: string | null;
  step_since: Date;
  next_run_at: Date | null;
  number: number | null;
}

/** As it is read where the saga is about an attempt. */
interface AttemptRow {
  number: number;
  acquirer: string;
  operation: AttemptOperation;
  state: AttemptState;
  amount: bigint;
  answered_amount: bigint | null;
  acquirer_reference: string | null;
  started_at: Date;
}

/** What is looked for among few: the condition of the index saga_waiting, word for word. */
export const waits = `(saga.step = 'needs_person'
  OR (saga.next_run_at IS NOT NULL AND (saga.next_action = 'attempt' OR saga.checks > 0)))`;

/** The sagas that cannot go on just now. */
@Injectable()
export class StuckSagaReader {
  constructor(@Inject(SQL) private readonly sql: Sql) {}

  /** Those that wait longest come first. A customer who is at it holds nothing up, and is not among them. */
  async stuck(first: number): Promise<StuckSagaType[]> {
    const rows = await this.sql.query<SagaRow & (AttemptRow | { number: null })>(
      `SELECT saga.payment_id, saga.merchant_id, payment.reference, payment.currency, saga.kind, saga.step,
         saga.stuck_at, saga.definition_version, saga.waiting_for, saga.step_since, saga.next_run_at, attempt.number,
         attempt.acquirer, attempt.operation, attempt.state, attempt.amount, attempt.answered_amount,
         attempt.acquirer_reference, attempt.started_at
       FROM saga
       JOIN payment ON payment.merchant_id = saga.merchant_id AND payment.id = saga.payment_id
       LEFT JOIN attempt ON attempt.merchant_id = saga.merchant_id AND attempt.payment_id = saga.payment_id
         AND attempt.id = saga.attempt_id
       WHERE ${waits} AND (saga.step = 'needs_person' OR saga.next_action = 'attempt' OR attempt.state = 'outcome_unknown')
       ORDER BY saga.step_since LIMIT $1`,
      [first],
    );
    return rows.map((row) => ({
      paymentId: idOf('pay', row.payment_id),
      merchantId: idOf('mer', row.merchant_id),
      reference: row.reference,
      kind: row.kind,
      step: row.stuck_at ?? row.step,
      reason: row.waiting_for ?? '',
      since: row.step_since,
      nextLookAt: row.next_run_at,
      attempt: row.number === null ? null : presentAttempt(row, row),
    }));
  }
}

function presentAttempt(saga: SagaRow, attempt: AttemptRow): StuckAttemptType {
  const { kind, step, stuck_at: stuckAt, definition_version: version, currency } = saga;
  const { number, acquirer, operation, state, answered_amount: answeredMinor } = attempt;
  return {
    number,
    acquirer,
    operation,
    outcome: outcomeOf(state),
    amount: presentMoney({ minor: attempt.amount, currency }),
    answeredAmount: answeredMinor === null ? null : presentMoney({ minor: answeredMinor, currency }),
    acquirerReference: attempt.acquirer_reference,
    startedAt: attempt.started_at,
    canBeSettledAs: handOutcomesOf({ version, kind, step, stuckAt }, { operation, state, answeredMinor }),
  };
}
