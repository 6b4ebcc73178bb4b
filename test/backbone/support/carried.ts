import type { EventEnvelope } from '#contracts';
import { idOf } from '#domain';
import type { Sql } from '#persistence';

/** What became of the log on the stream, each event counted where it was published first. */
export interface Carried {
  readonly events: number;
  readonly lost: readonly string[];
  /** `pay_… 4 after 5`. */
  readonly reordered: readonly string[];
}

export async function compareWithLog(sql: Sql, messages: readonly EventEnvelope[]): Promise<Carried> {
  const logged = await sql.query<{ event_id: string }>('SELECT event_id FROM event');
  const firsts = new Map<string, EventEnvelope>();
  for (const message of messages) if (!firsts.has(message.id)) firsts.set(message.id, message);
  const lastVersion = new Map<string, number>();
  const reordered: string[] = [];
  for (const { subject, aggregateversion } of firsts.values()) {
    const before = lastVersion.get(subject) ?? 0;
    if (aggregateversion !== before + 1) reordered.push(`${subject} ${aggregateversion} after ${before}`);
    lastVersion.set(subject, Math.max(before, aggregateversion));
  }
  return {
    events: logged.length,
    lost: logged.map((row) => idOf('evt', row.event_id)).filter((id) => !firsts.has(id)),
    reordered,
  };
}
