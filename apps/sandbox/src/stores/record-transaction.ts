import type { PoolClient } from 'pg';
import type { Decision } from '../operations/decide.ts';
import type { AcquirerName, Answer, Hold, OperationKind, OperationRequest } from '../operations/operation.ts';
import type { Approval } from '../tokens/script.ts';
import { decisionParameters, decisionStatement, effectParameters, effectStatement } from './decision-statements.ts';
import { minorUnits } from './minor-units.ts';
import type { StatementNames } from './statement-names.ts';

/** One idempotency key as it stands, this call counted. */
export interface KeyedOperation {
  readonly fingerprint: string;
  readonly calls: number;
  /** Null while nothing was decided under this key. */
  readonly decided: Pick<Decision, 'answer' | 'tells' | 'answerFrom'> | null;
}

/** Who was asked first about a subject, and how often it was asked, this time counted. */
export interface Asked {
  readonly firstAcquirer: AcquirerName;
  readonly times: number;
}

interface OperationRow {
  fingerprint: string;
  calls: number;
  answer: Answer | null;
  tells: Approval['tells'] | null;
  answer_from: Date | null;
}

interface HoldRow {
  authorization_id: string;
  card_token: Hold['cardToken'];
  reference: string;
  currency: string;
  held_minor: string;
  captured_minor: string;
  refunded_minor: string;
  closed: boolean;
  voided: boolean;
}

const holdColumns = `h.authorization_id, h.card_token, h.reference, h.currency, h.held_minor,
  h.captured_minor, h.refunded_minor, h.closed, h.voided`;

/** The stores of one transaction. Rows are locked in one order: key, guard row, asked. */
export class RecordTransaction {
  constructor(
    private readonly client: PoolClient,
    private readonly names: StatementNames,
  ) {}

  /** Counts the call and holds the key until the transaction ends, so that equal keys take turns. */
  async countCall(request: OperationRequest, fingerprint: string, at: Date): Promise<KeyedOperation> {
    const [row] = await this.query<OperationRow>(
      `INSERT INTO sandbox.operation AS o (acquirer, idempotency_key, operation, fingerprint, first_called_at)
       VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (acquirer, idempotency_key) DO UPDATE SET calls = o.calls + 1
       RETURNING fingerprint, calls, answer, tells, answer_from`,
      [request.acquirer, request.key, request.operation, fingerprint, at],
    );
    if (row === undefined) throw new Error('An upsert returns its row.');
    const { answer, tells, answer_from: answerFrom } = row;
    return {
      fingerprint: row.fingerprint,
      calls: row.calls,
      decided: answer !== null && tells !== null && answerFrom !== null ? { answer, tells, answerFrom } : null,
    };
  }

  async countAsking(operation: OperationKind, subject: string, acquirer: AcquirerName): Promise<Asked> {
    const [row] = await this.query<{ first_acquirer: AcquirerName; times: number }>(
      `INSERT INTO sandbox.asked AS a (operation, subject, first_acquirer) VALUES ($1, $2, $3)
       ON CONFLICT (operation, subject) DO UPDATE SET times = a.times + 1
       RETURNING first_acquirer, times`,
      [operation, subject, acquirer],
    );
    if (row === undefined) throw new Error('An upsert returns its row.');
    return { firstAcquirer: row.first_acquirer, times: row.times };
  }

  async lockHold(acquirer: AcquirerName, authorizationId: string): Promise<Hold | null> {
    const [row] = await this.query<HoldRow>(
      `SELECT ${holdColumns} FROM sandbox.hold h WHERE h.acquirer = $1 AND h.authorization_id = $2 FOR UPDATE`,
      [acquirer, authorizationId],
    );
    return row === undefined ? null : toHold(row);
  }

  /** Writes the decision and everything that it did in one statement. */
  async record(request: OperationRequest, decision: Decision): Promise<void> {
    const { effect } = decision;
    if (effect === null) await this.query(decisionStatement, decisionParameters(request, decision));
    else await this.query(effectStatement[effect.operation], effectParameters(request, decision, effect));
  }

  private async query<Row extends object>(text: string, values: unknown[]): Promise<Row[]> {
    const { rows } = await this.client.query<Row>({ name: this.names.of(text), text, values });
    return rows;
  }
}

function toHold(row: HoldRow): Hold {
  return {
    authorizationId: row.authorization_id,
    cardToken: row.card_token,
    reference: row.reference,
    currency: row.currency,
    heldMinor: minorUnits(row.held_minor),
    capturedMinor: minorUnits(row.captured_minor),
    refundedMinor: minorUnits(row.refunded_minor),
    closed: row.closed,
    voided: row.voided,
  };
}
