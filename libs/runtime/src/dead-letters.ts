import type { DeadLetterView, OperatedService } from '#contracts';
import { idOf, parseId, uuidOf, type Clock, type Id, type Ids } from '#domain';
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

  async add(letter: DeadLetter): Promise<Id<'dlt'>> {
    const id = this.ids.next('dlt');
    const eventId = letter.eventId === null ? undefined : parseId('evt', letter.eventId);
    await this.sql.query(
      `INSERT INTO dead_letter (id, consumer, event_id, subject, payload, error, deliveries, parked_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        uuidOf(id),
        letter.consumer,
        eventId === undefined ? null : uuidOf(eventId),
        letter.subject,
        letter.payload,
        letter.error,
        letter.deliveries,
        this.clock.now(),
      ],
    );
    return id;
  }

  async list(service: OperatedService): Promise<DeadLetterView[]> {
    const rows = await this.sql.query<DeadLetterRow>('SELECT * FROM dead_letter ORDER BY parked_at DESC LIMIT $1', [
      listLimit,
    ]);
    return rows.map((row) => viewOf(service, row));
  }

  /**
   * Puts the message on its subject again, under a message id of its own. Consumers that had handled it know it by their
   * inbox; the one that parked it gets another chance. Undefined when there is no such letter.
   */
  async replay(service: OperatedService, id: Id<'dlt'>, broker: Broker): Promise<DeadLetterView | undefined> {
    const [row] = await this.sql.query<DeadLetterRow>('SELECT * FROM dead_letter WHERE id = $1', [uuidOf(id)]);
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
