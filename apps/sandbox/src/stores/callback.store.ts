import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Callback } from '../callbacks/callback.ts';
import type { AcquirerName } from '../operations/operation.ts';

/** A callback that is to be sent. `tries`: how often it was before. */
export interface DueCallback extends Pick<Callback, 'id' | 'acquirer' | 'authorizationId' | 'type' | 'body'> {
  readonly tries: number;
  readonly nextTryAt: Date;
}

interface CallbackRow {
  callback_id: string;
  acquirer: AcquirerName;
  authorization_id: string;
  type: Callback['type'];
  body: string;
  tries: number;
  next_try_at: Date;
}

/** What is still to be told. */
@Injectable()
export class CallbackStore {
  constructor(private readonly dataSource: DataSource) {}

  /** The next of them in the order of time, whether their time has come or not. */
  async next(limit: number): Promise<DueCallback[]> {
    const rows: CallbackRow[] = await this.dataSource.query(
      `SELECT callback_id, acquirer, authorization_id, type, body, tries, next_try_at FROM sandbox.callback
       WHERE state = 'due' ORDER BY next_try_at, callback_id LIMIT $1`,
      [limit],
    );
    return rows.map((row) => ({
      id: row.callback_id,
      acquirer: row.acquirer,
      authorizationId: row.authorization_id,
      type: row.type,
      body: row.body,
      tries: row.tries,
      nextTryAt: row.next_try_at,
    }));
  }

  /**
   * Takes one try of a callback, unless it was withdrawn or taken by another. The guard row is locked first: a capture
   * that came in time and has not ended yet is waited for, so that no hold is called expired that was captured. The
   * next try is written down before this one is made, so that a crash in between repeats it.
   */
  take({ id, acquirer, authorizationId, tries }: DueCallback, nextTryAt: Date): Promise<boolean> {
    return this.dataSource.transaction(async (manager) => {
      await manager.query(`SELECT FROM sandbox.hold WHERE acquirer = $1 AND authorization_id = $2 FOR UPDATE`, [
        acquirer,
        authorizationId,
      ]);
      const [, taken]: [unknown, number] = await manager.query(
        `UPDATE sandbox.callback SET tries = tries + 1, next_try_at = $3
         WHERE callback_id = $1 AND state = 'due' AND tries = $2`,
        [id, tries, nextTryAt],
      );
      return taken === 1;
    });
  }

  async noteDelivery(id: string): Promise<void> {
    await this.dataSource.query(`UPDATE sandbox.callback SET state = 'delivered' WHERE callback_id = $1`, [id]);
  }
}
