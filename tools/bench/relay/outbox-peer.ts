import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { BenchStack } from '../bench-stack.ts';
import { installPeers, peerPackage } from '../peers/installed-peers.ts';
import { PeerProcess } from '../peers/peer-process.ts';
import type { Carrier } from './carrier.ts';
import type { EventPattern } from './event-pattern.ts';

interface SetupOrder {
  readonly outboxOrInbox: 'outbox';
  readonly database: string;
  readonly schema: string;
  readonly table: string;
  readonly listenerRole: string;
  readonly publication: string;
  readonly replicationSlot: string;
}

/** What of the npm package is used. */
export interface OutboxPackage {
  readonly DatabaseSetup: {
    dropAndCreateTable(order: SetupOrder): string;
    setupReplicationCore(order: SetupOrder): string;
  };
  createReplicationSegmentMutexConcurrencyController(): unknown;
  initializeReplicationMessageListener(
    configuration: object,
    handler: { handle(message: { readonly id: string; readonly payload: unknown }): Promise<void> },
    logger: unknown,
    strategies: { readonly concurrencyStrategy: unknown },
  ): unknown;
}

const stream = 'OUTBOX';

/** One segment for each payment, which is how it keeps the events of one in order. */
const seedSql = `
  INSERT INTO outbox_peer.outbox (id, aggregate_type, aggregate_id, message_type, segment, payload)
  SELECT gen_random_uuid(), 'payment', payment, $1, payment, $2
  FROM (SELECT gen_random_uuid() AS payment FROM generate_series(1, $3::integer / 4)) AS payments,
    generate_series(1, 4) AS version
  ORDER BY version`;

const commitSql = `
  INSERT INTO outbox_peer.outbox (id, aggregate_type, aggregate_id, message_type, segment, payload)
  VALUES ($1::uuid, 'payment', $1::uuid, $2, $1::uuid, $3)`;

/**
 * The npm package pg-transactional-outbox, on the same PostgreSQL and to the same broker, by logical replication, which is the
 * faster of its two ways: polling carried 67 events a second, and fewer with larger pages, because it locks itself out.
 */
export async function outboxPeer(stack: BenchStack, { type, payload }: EventPattern): Promise<Carrier> {
  await installPeers();
  const { DatabaseSetup } = peerPackage<OutboxPackage>('pg-transactional-outbox');
  const { username, pathname } = new URL(stack.demo.databaseUrl);
  const order: SetupOrder = {
    outboxOrInbox: 'outbox',
    database: pathname.slice(1),
    schema: 'outbox_peer',
    table: 'outbox',
    listenerRole: username,
    publication: 'outbox_peer',
    replicationSlot: 'outbox_peer',
  };
  await stack.database.query('CREATE SCHEMA outbox_peer');
  await stack.database.query(DatabaseSetup.dropAndCreateTable(order));
  await stack.database.query(DatabaseSetup.setupReplicationCore(order));
  await stack.database.query(`SELECT pg_create_logical_replication_slot('outbox_peer', 'pgoutput')`);
  const connection = await connect({ servers: stack.natsUrl });
  await (await jetstreamManager(connection)).streams.add({ name: stream, subjects: ['outbox.event'] });
  await connection.close();
  const variables = { DATABASE_URL: stack.demo.databaseUrl, NATS_URL: stack.natsUrl };
  const listener = await PeerProcess.start(new URL('outbox-peer.process.js', import.meta.url), variables);
  return {
    name: 'pg-transactional-outbox',
    stream,
    async seed(amount) {
      await stack.database.query(seedSql, [type, payload, amount]);
    },
    async commit(id) {
      await stack.database.query({ name: 'outbox', text: commitSql, values: [id, type, payload] });
      return Date.now();
    },
    messageIdOf: (id) => id,
    // It is told of a commit before the row can be seen by others, looks for it, and gives up what it does not find.
    mayLose: true,
    stop: () => listener.stop(),
  };
}
