import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { peerPackage } from '../peers/installed-peers.ts';
import { announcePort } from '../peers/peer-process.ts';
import type { OutboxPackage } from './outbox-peer.ts';

const outbox = peerPackage<OutboxPackage>('pg-transactional-outbox');
const client = jetstream(await connect({ servers: process.env['NATS_URL'] ?? '' }));

outbox.initializeReplicationMessageListener(
  {
    outboxOrInbox: 'outbox',
    dbListenerConfig: { connectionString: process.env['DATABASE_URL'] ?? '' },
    settings: {
      dbSchema: 'outbox_peer',
      dbTable: 'outbox',
      dbPublication: 'outbox_peer',
      dbReplicationSlot: 'outbox_peer',
      enableMaxAttemptsProtection: false,
      enablePoisonousMessageProtection: false,
    },
  },
  {
    handle: async ({ id, payload }) => {
      await client.publish('outbox.event', JSON.stringify(payload), { msgID: id });
    },
  },
  { fatal: complain, error: complain, warn: complain, info: quiet, debug: quiet, trace: quiet },
  // In order within a payment and side by side across payments, as our own relay does it.
  { concurrencyStrategy: outbox.createReplicationSegmentMutexConcurrencyController() },
);
announcePort(0);

function quiet(): void {}

function complain(_fault: unknown, what: string): void {
  // Of what it does not find it says so for each; how many were lost is told in the end.
  if (what.includes('MESSAGE_NOT_FOUND')) return;
  process.stderr.write(`    pg-transactional-outbox: ${what}\n`);
}
