import { connect } from '@nats-io/transport-node';
import { hints, streams } from '#contracts';
import { idOf } from '#domain';
import { PeerProcess } from '../peers/peer-process.ts';
import type { BenchStack } from '../bench-stack.ts';
import type { Carrier } from './carrier.ts';
import type { EventPattern } from './event-pattern.ts';

const columns = `shard, event_id, merchant_id, aggregate_type, aggregate_id, aggregate_version, type, schema_version, payload,
  occurred_at`;

/** Four events of each payment, all the first ones before all the second ones: as a burst writes them. */
const seedSql = `
  INSERT INTO payments.event (${columns})
  SELECT $1, gen_random_uuid(), $2, 'payment', payment, version, $3, 1, $4, clock_timestamp()
  FROM (SELECT gen_random_uuid() AS payment FROM generate_series(1, $5::integer / 4)) AS payments,
    generate_series(1, 4) AS version
  ORDER BY version`;

const commitSql = `
  INSERT INTO payments.event (${columns})
  VALUES ($1, $2, $3, 'payment', gen_random_uuid(), 1, $4, 1, $5, clock_timestamp())`;

/** The log of the payments and its relay, woken by the hint that every writer sends. */
export async function ownRelay(stack: BenchStack, { shard, merchant, type, payload }: EventPattern): Promise<Carrier> {
  const variables = { DATABASE_URL: stack.demo.databaseUrl, NATS_URL: stack.natsUrl };
  const relay = await PeerProcess.start(new URL('relay.process.js', import.meta.url), variables);
  const bell = await connect({ servers: stack.natsUrl });
  const announce = (): void => bell.publish(hints.eventsAppended('payments'));
  return {
    name: 'relay',
    stream: streams.payments.name,
    async seed(amount) {
      await stack.database.query(seedSql, [shard, merchant, type, payload, amount]);
      announce();
    },
    async commit(id) {
      await stack.database.query({ name: 'event', text: commitSql, values: [shard, id, merchant, type, payload] });
      const at = Date.now();
      announce();
      return at;
    },
    messageIdOf: (id) => idOf('evt', id),
    async stop() {
      await relay.stop();
      await bell.close();
    },
  };
}
