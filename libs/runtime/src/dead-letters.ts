import type { DeadLetterView, OperatedService } from '#contracts';
import { idOf, invariant, parseId, uuidOf, type Clock, type Id, type Ids } from '#domain';
import type { Broker, DeadLetter } from '#messaging';
import type { Sql } from '#persistence';

interface DeadLetterRow {
  id: string;
  event_id: string | null;
  subject: string;
  payload: string;
  error: string;
  deliveries: number;
  parked_at: Date;
  replayed_at: Date | null;
}

/** Shown to a person on one page. */
const listLimit = 200;

const letterColumns = 'id, event_id, subject, payload, error, deliveries, parked_at, replayed_at';

/** The parked messages of one service. */
export class DeadLetters {
  private readonly sql: Sql;
  private readonly ids: Ids;
  private readonly clock: Clock;

  constructor(sql: Sql, ids: Ids, clock: Clock) {
    this.sql = sql;
    this.ids = ids;
    this.clock = clock;
  }

  /** The letter's id. One that is parked again before anybody replayed it stays one letter. */
  async add(letter: DeadLetter): Promise<Id<'dlt'>> {
    const eventId = letter.eventId === null ? undefined : parseId('evt', letter.eventId);
    const [row] = await this.sql.query<{ id: string }>(
      `WITH waiting AS (
         SELECT id FROM dead_letter WHERE consumer = $2 AND event_id IS NOT DISTINCT FROM $3 AND payload = $5
           AND replayed_at IS NULL LIMIT 1),
       added AS (
         INSERT INTO dead_letter (id, consumer, event_id, subject, payload, error, deliveries, parked_at)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8 WHERE NOT EXISTS (SELECT FROM waiting) RETURNING id)
       SELECT id FROM waiting UNION ALL SELECT id FROM added`,
      [
        uuidOf(this.ids.next('dlt')),
        letter.consumer,
        eventId === undefined ? null : uuidOf(eventId),
        letter.subject,
        letter.payload,
        letter.error,
        letter.deliveries,
        this.clock.now(),
      ],
    );
    invariant(row !== undefined, 'a dead letter is either waiting or added');
    return idOf('dlt', row.id);
  }

  async list(service: OperatedService): Promise<DeadLetterView[]> {
    const rows = await this.sql.query<DeadLetterRow>(
      `SELECT ${letterColumns} FROM dead_letter ORDER BY parked_at DESC LIMIT $1`,
      [listLimit],
    );
    return rows.map((row) => viewOf(service, row));
  }

  /**
   * Puts the message on its subject again, under a message id of its own. Consumers that had handled it know it by their
   * inbox; the one that parked it gets another chance. Undefined when there is no such letter.
   */
  async replay(service: OperatedService, id: Id<'dlt'>, broker: Broker): Promise<DeadLetterView | undefined> {
    const [row] = await this.sql.query<DeadLetterRow>(`SELECT ${letterColumns} FROM dead_letter WHERE id = $1`, [
      uuidOf(id),
    ]);
    if (row === undefined) return undefined;
    const replayedAt = this.clock.now();
    await broker.publish(row.subject, row.payload, `${id}-${replayedAt.getTime()}`);
    await this.sql.query('UPDATE dead_letter SET replayed_at = $2 WHERE id = $1', [uuidOf(id), replayedAt]);
    return viewOf(service, { ...row, replayed_at: replayedAt });
  }
}

function viewOf(service: OperatedService, row: DeadLetterRow): DeadLetterView {
  return {
    id: idOf('dlt', row.id),
    service,
    eventId: row.event_id === null ? null : idOf('evt', row.event_id),
    subject: row.subject,
    error: row.error,
    deliveries: row.deliveries,
    parkedAt: row.parked_at.toISOString(),
    replayedAt: row.replayed_at?.toISOString() ?? null,
  };
}
