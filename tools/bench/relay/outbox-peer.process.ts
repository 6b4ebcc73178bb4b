import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { announcePort } from '../peers/peer-process.ts';
import { peerPackage } from '../peers/installed-peers.ts';
import type { OutboxPackage } from './outbox-peer.ts';

const outbox = peerPackage<OutboxPackage>('pg-transactional-outbox');
const client = jetstream(await connect({ servers: process.env['NATS_URL'] ?? '' }));

outbox.initializePollingMessageListener(
  {
    outboxOrInbox: 'outbox',
    dbListenerConfig: { connectionString: process.env['DATABASE_URL'] ?? '' },
    settings: {
      dbSchema: 'outbox_peer',
      dbTable: 'outbox',
      enableMaxAttemptsProtection: false,
      enablePoisonousMessageProtection: false,
      nextMessagesFunctionName: 'next_outbox_messages',
      // Its defaults are 5 every 500 ms; with these it was fastest.
      nextMessagesBatchSize: 100,
      nextMessagesPollingIntervalInMs: 10,
    },
  },
  {
    handle: async ({ id, payload }) => {
      await client.publish('outbox.event', JSON.stringify(payload), { msgID: id });
    },
  },
  outbox.getDisabledLogger(),
  // Otherwise it takes one at a time until it has taken as many as a batch holds.
  { batchSizeStrategy: () => Promise.resolve(100) },
);
announcePort(0);
