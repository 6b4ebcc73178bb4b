import type { PoolClient } from 'pg';
import type { Callback, CallbackType } from '../callbacks/callback.ts';
import type { Challenge } from '../challenges/challenge.ts';
import type { Dispute } from '../disputes/dispute.ts';
import type { Decision } from '../operations/decision.ts';
import type {
  AcquirerName,
  Answer,
  CaptureRequest,
  Hold,
  Keyed,
  KeyedKind,
  OperationKind,
} from '../operations/operation.ts';
import type { Approval } from '../tokens/script.ts';
import {
  decidedCapturesParameters,
  decidedCapturesStatement,
  firstCapturesParameter,
  firstCapturesStatement,
  holdsOfCapturesStatement,
} from './batch-statements.ts';
import type { DecidedCapture, FirstCapture } from './batch-statements.ts';
import { challengeColumns, toChallenge } from './challenge-rows.ts';
import type { ChallengeRow } from './challenge-rows.ts';
import { decisionParameters, decisionStatement, effectParameters, effectStatement } from './decision-statements.ts';
import type { EffectCause } from './decision-statements.ts';
import { disputeColumns, toDispute } from './dispute-rows.ts';
import type { DisputeRow } from './dispute-rows.ts';
import { holdColumns, toHold } from './hold-rows.ts';
import type { HoldRow } from './hold-rows.ts';
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

/** The stores of one transaction. Rows are locked in one order: key, challenge, guard row, asked. */
export class RecordTransaction {
  /** Whether the callbacks' sender has something to look for once this is durable. */
  wroteCallbacks = false;
  /** What was written without waiting for an answer. The transaction counts when each of them has succeeded. */
  readonly sent: Promise<unknown>[] = [];

  constructor(
    private readonly client: PoolClient,
    private readonly names: StatementNames,
  ) {}

  /** Counts the call and holds the key until the transaction ends, so that equal keys take turns. */
  async countCall(
    request: Keyed & { readonly operation: KeyedKind },
    fingerprint: string,
    at: Date,
  ): Promise<KeyedOperation> {
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

  /**
   * Counts the first call of each and locks its hold: first all keys, then all holds. Leaves out whose key or whose
   * authorization is not as it is for a first capture; nothing is kept of those. No two may have a key or a hold in common.
   */
  async lockFirstCaptures(
    firsts: readonly FirstCapture[],
    at: Date,
  ): Promise<{ readonly request: CaptureRequest; readonly hold: Hold }[]> {
    const asked = firstCapturesParameter(firsts);
    const [fresh, rows] = await Promise.all([
      this.query<{ acquirer: AcquirerName; key: string }>(firstCapturesStatement, [asked, at]),
      this.query<HoldRow & { acquirer: AcquirerName }>(holdsOfCapturesStatement, [asked]),
    ]);
    const freshKeys = new Set(fresh.map(({ acquirer, key }) => `${acquirer} ${key}`));
    const holds = new Map(rows.map((row) => [`${row.acquirer} ${row.authorization_id}`, toHold(row)]));
    return firsts.flatMap(({ request }) => {
      const hold = holds.get(`${request.acquirer} ${request.authorizationId}`);
      return hold !== undefined && freshKeys.has(`${request.acquirer} ${request.key}`) ? [{ request, hold }] : [];
    });
  }

  async lockChallenge(acquirer: AcquirerName, authorizationId: string): Promise<Challenge | null> {
    const [row] = await this.query<ChallengeRow>(
      `SELECT ${challengeColumns} FROM sandbox.challenge
       WHERE acquirer = $1 AND authorization_id = $2 FOR UPDATE`,
      [acquirer, authorizationId],
    );
    return row === undefined ? null : toChallenge(row);
  }

  /** Not locked: whoever changes a dispute holds the guard row of its authorization. */
  async findDispute(acquirer: AcquirerName, disputeId: string): Promise<Dispute | null> {
    const [row] = await this.query<DisputeRow>(
      `SELECT ${disputeColumns} FROM sandbox.dispute WHERE acquirer = $1 AND dispute_id = $2`,
      [acquirer, disputeId],
    );
    return row === undefined ? null : toDispute(row);
  }

  /** Writes the decision and everything that it did in one statement. */
  record(cause: EffectCause, decision: Decision): void {
    const { effect } = decision;
    if (effect === null) this.recordAnswer(cause, decision);
    else this.send(effectStatement[effect.operation], effectParameters(cause, decision, effect));
  }

  /** The same for captures that were locked together. */
  recordCaptures(captures: readonly DecidedCapture[]): void {
    if (captures.length > 0) this.send(decidedCapturesStatement, decidedCapturesParameters(captures));
  }

  /** Writes a decision that moves no money. */
  recordAnswer(keyed: Keyed, decision: Decision): void {
    this.send(decisionStatement, decisionParameters(keyed, decision));
  }

  openChallenge(challenge: Challenge): void {
    const { acquirer, authorizationId, key, cardToken, reference, amountMinor, currency, returnUrl } = challenge;
    this.send(
      `INSERT INTO sandbox.challenge (acquirer, authorization_id, idempotency_key, card_token, reference, amount_minor,
         currency, return_url)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [acquirer, authorizationId, key, cardToken, reference, amountMinor, currency, returnUrl],
    );
  }

  closeChallenge(
    { acquirer, authorizationId }: Challenge,
    state: Exclude<Challenge['state'], 'pending'>,
    at: Date,
  ): void {
    this.send(
      `UPDATE sandbox.challenge SET state = $3, decided_at = $4 WHERE acquirer = $1 AND authorization_id = $2`,
      [acquirer, authorizationId, state, at],
    );
  }

  openDispute(dispute: Dispute): void {
    const { acquirer, disputeId, authorizationId, reference, opensAt, evidenceDueAt, closesAt } = dispute;
    this.send(
      `INSERT INTO sandbox.dispute (acquirer, dispute_id, authorization_id, reference, opens_at, evidence_due_at,
         closes_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [acquirer, disputeId, authorizationId, reference, opensAt, evidenceDueAt, closesAt],
    );
  }

  writeEvidence({ acquirer, disputeId }: Dispute, evidence: string, closesAt: Date): void {
    this.send(`UPDATE sandbox.dispute SET evidence = $3, closes_at = $4 WHERE acquirer = $1 AND dispute_id = $2`, [
      acquirer,
      disputeId,
      evidence,
      closesAt,
    ]);
  }

  writeCallback({ id, acquirer, authorizationId, type, body, happensAt }: Callback): void {
    this.wroteCallbacks = true;
    this.send(
      `INSERT INTO sandbox.callback (callback_id, acquirer, authorization_id, type, body, happens_at, next_try_at)
       VALUES ($1, $2, $3, $4, $5, $6, $6)`,
      [id, acquirer, authorizationId, type, body, happensAt],
    );
  }

  /** What has not happened yet will not happen any more. */
  withdrawCallbacks(acquirer: AcquirerName, authorizationId: string, type: CallbackType): void {
    this.send(
      `UPDATE sandbox.callback SET state = 'withdrawn'
       WHERE acquirer = $1 AND authorization_id = $2 AND type = $3 AND state = 'due'`,
      [acquirer, authorizationId, type],
    );
  }

  /** Nobody needs its answer, so it goes out together with what comes next, at last with COMMIT. */
  private send(text: string, values: unknown[]): void {
    const sent = this.query(text, values);
    sent.catch(() => undefined);
    this.sent.push(sent);
  }

  private async query<Row extends object>(text: string, values: unknown[]): Promise<Row[]> {
    const { rows } = await this.client.query<Row>({ name: this.names.of(text), text, values });
    return rows;
  }
}
