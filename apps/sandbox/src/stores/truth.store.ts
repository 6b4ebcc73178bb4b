import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { AcquirerName, Answer, Effect, KeyedKind, OperationKind } from '../operations/operation.ts';
import { minorUnits } from './minor-units.ts';

/** An effect with the key it was done under and how often that key was called. */
export interface RecordedEffect extends Effect {
  readonly acquirer: AcquirerName;
  readonly key: string;
  readonly calls: number;
  readonly recordedAt: Date;
}

/** Everything that an acquirer knows about a key, whether it told anybody or not. */
export interface KeyTruth {
  readonly acquirer: AcquirerName;
  readonly operation: KeyedKind;
  readonly calls: number;
  readonly firstCalledAt: Date;
  /** Null while nothing was decided: the calls changed nothing. */
  readonly answer: Answer | null;
  readonly findableFrom: Date | null;
  readonly effect: RecordedEffect | null;
}

export interface Total {
  readonly acquirer: AcquirerName;
  readonly currency: string;
  readonly operation: OperationKind;
  readonly count: number;
  readonly minor: number;
}

/**
 * Where a reader of the effects stands: within the effects that became visible between two snapshots of the database,
 * behind `after`. A position by number alone would skip an effect that commits later than a higher number.
 */
export interface EffectPosition {
  readonly from: string;
  /** Null at the start of a window: it ends with what is visible now. */
  readonly to: string | null;
  readonly after: string;
}

export const beginning: EffectPosition = { from: '1:1:', to: null, after: '0' };

interface EffectRow {
  acquirer: AcquirerName;
  idempotency_key: string;
  operation: OperationKind;
  effect_id: string;
  authorization_id: string;
  card_token: Effect['cardToken'];
  reference: string;
  amount_minor: string;
  currency: string;
  recorded_at: Date;
  calls: number;
  seq: string;
}

const effectColumns = `e.seq, e.acquirer, e.idempotency_key, e.operation, e.effect_id, e.authorization_id,
  e.card_token, e.reference, e.amount_minor, e.currency, e.recorded_at, o.calls`;

/** What the acquirers really did, for whoever compares it with the books. Reads only. */
@Injectable()
export class TruthStore {
  constructor(private readonly dataSource: DataSource) {}

  async ofKey(key: string): Promise<KeyTruth[]> {
    const operations: {
      acquirer: AcquirerName;
      operation: KeyedKind;
      calls: number;
      first_called_at: Date;
      answer: Answer | null;
      findable_from: Date | null;
    }[] = await this.dataSource.query(
      `SELECT acquirer, operation, calls, first_called_at, answer, findable_from
       FROM sandbox.operation WHERE idempotency_key = $1 ORDER BY first_called_at, acquirer`,
      [key],
    );
    const effects: EffectRow[] = await this.dataSource.query(
      `SELECT ${effectColumns} FROM sandbox.effect e JOIN sandbox.operation o USING (acquirer, idempotency_key)
       WHERE e.idempotency_key = $1`,
      [key],
    );
    return operations.map((row) => ({
      acquirer: row.acquirer,
      operation: row.operation,
      calls: row.calls,
      firstCalledAt: row.first_called_at,
      answer: row.answer,
      findableFrom: row.findable_from,
      effect: effects.filter((effect) => effect.acquirer === row.acquirer).map(toEffect)[0] ?? null,
    }));
  }

  async totals(): Promise<Total[]> {
    const rows: { acquirer: AcquirerName; currency: string; operation: OperationKind; count: string; minor: string }[] =
      await this.dataSource.query(
        `SELECT acquirer, currency, operation, count(*) AS count, sum(amount_minor) AS minor
         FROM sandbox.effect GROUP BY acquirer, currency, operation ORDER BY acquirer, currency, operation`,
      );
    return rows.map((row) => ({ ...row, count: Number(row.count), minor: minorUnits(row.minor) }));
  }

  async effectsBehind(
    position: EffectPosition,
    limit: number,
  ): Promise<{ effects: RecordedEffect[]; next: EffectPosition; more: boolean }> {
    const to = position.to ?? (await this.snapshot());
    const rows: EffectRow[] = await this.dataSource.query(
      `SELECT ${effectColumns} FROM sandbox.effect e JOIN sandbox.operation o USING (acquirer, idempotency_key)
       WHERE e.xid >= pg_snapshot_xmin($1::pg_snapshot)
         AND NOT pg_visible_in_snapshot(e.xid, $1::pg_snapshot)
         AND pg_visible_in_snapshot(e.xid, $2::pg_snapshot)
         AND e.seq > $3
       ORDER BY e.seq LIMIT $4`,
      [position.from, to, position.after, limit],
    );
    const last = rows.at(-1);
    const more = last !== undefined && rows.length === limit;
    const next: EffectPosition = more
      ? { from: position.from, to, after: last.seq }
      : { from: to, to: null, after: '0' };
    return { effects: rows.map(toEffect), next, more };
  }

  private async snapshot(): Promise<string> {
    const [row]: { snapshot: string }[] = await this.dataSource.query(`SELECT pg_current_snapshot()::text AS snapshot`);
    if (row === undefined) throw new Error('PostgreSQL always has a snapshot.');
    return row.snapshot;
  }
}

function toEffect(row: EffectRow): RecordedEffect {
  return {
    acquirer: row.acquirer,
    key: row.idempotency_key,
    operation: row.operation,
    effectId: row.effect_id,
    authorizationId: row.authorization_id,
    cardToken: row.card_token,
    reference: row.reference,
    amountMinor: minorUnits(row.amount_minor),
    currency: row.currency,
    calls: row.calls,
    recordedAt: row.recorded_at,
  };
}
