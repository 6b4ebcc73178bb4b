import type pg from 'pg';
import type { Received } from '../load/webhook-receiver.ts';
import type { Finding } from './finding.ts';
import { publicId } from './type-id.ts';

interface FedRow {
  readonly event_id: string;
  readonly sequence: string;
  readonly type: string;
  readonly payment_id: string | null;
}

/**
 * Everything in the feed is sent, and what counts as delivered has reached the merchant's server: signed, as it stands in the
 * feed, and the same each time. The server asked for all of it before the first event.
 */
export async function checkDeliveries(database: pg.ClientBase, history: readonly Received[]): Promise<Finding[]> {
  const found: Finding[] = [];
  const forged = history.filter(({ genuine }) => !genuine);
  if (forged.length > 0) {
    const what = `${forged.length} do not carry our signature, the first is ${forged[0]?.body.slice(0, 200)}`;
    found.push({ harm: 'wrong', check: 'webhooks are signed', what });
  }
  const { rows } = await database.query<FedRow>(
    `SELECT f.event_id, f.sequence::text, f.type, f.payment_id FROM feed.merchant_event f
     WHERE EXISTS (SELECT FROM feed.delivery d WHERE d.event_id = f.event_id AND d.status = 'delivered') ORDER BY f.sequence`,
  );
  const taken = Map.groupBy(history, ({ id }) => id);
  for (const row of rows) found.push(...checkDelivery(row, taken.get(publicId('evt', row.event_id)) ?? []));
  const unsent = await database.query<FedRow>(
    `SELECT f.event_id, f.sequence::text, f.type, f.payment_id FROM feed.merchant_event f
     WHERE NOT EXISTS (SELECT FROM feed.delivery d WHERE d.event_id = f.event_id)`,
  );
  for (const { event_id: id, sequence, type, payment_id: payment } of unsent.rows) {
    const about = payment === null ? {} : { payment };
    found.push({ harm: 'lost', check: 'webhooks are sent', what: `${sequence} ${type} ${id} to nobody`, ...about });
  }
  const pending = await database.query<{ event_id: string }>(
    `SELECT event_id FROM feed.delivery WHERE status = 'pending'`,
  );
  const waiting = new Set(pending.rows.map(({ event_id: id }) => publicId('evt', id)));
  const fed = new Set(rows.map(({ event_id: id }) => publicId('evt', id)));
  for (const id of taken.keys()) {
    if (!fed.has(id) && !waiting.has(id))
      found.push({ harm: 'wrong', check: 'webhooks tell what the feed says', what: `${id} is not in it` });
  }
  return found;
}

function checkDelivery(
  { event_id: id, sequence, type, payment_id: payment }: FedRow,
  taken: readonly Received[],
): Finding[] {
  const about = payment === null ? {} : { payment };
  if (!taken.some(({ status }) => status === 204)) {
    return [{ harm: 'lost', check: 'webhooks arrive', what: `${sequence} ${type} ${id}`, ...about }];
  }
  const bodies = new Set(taken.map(({ body }) => body));
  const [first = '{}'] = bodies;
  const told = JSON.parse(first) as { sequence?: number; type?: string };
  const check = 'webhooks tell what the feed says';
  if (bodies.size > 1) return [{ harm: 'wrong', check, what: `${id} was told in ${bodies.size} ways`, ...about }];
  if (String(told.sequence) === sequence && told.type === type) return [];
  return [{ harm: 'wrong', check, what: `${sequence} ${type} in the feed, told as ${first.slice(0, 200)}`, ...about }];
}
