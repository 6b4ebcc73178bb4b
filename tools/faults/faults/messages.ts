import { randomUUID } from 'node:crypto';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { Chance } from '../chance.ts';
import type { FaultStack } from '../stack/stack.ts';
import type { Fault } from './fault.ts';

const atOnce = { least: 0, most: 0 };
const streams = ['PAYMENTS', 'FRAUD', 'SETTLEMENT'];
/** Of each stream. */
const repeatedAtOnce = 30;

/** Messages that nobody should have sent. */
export function strangeMessages({ natsUrl }: FaultStack, chance: Chance, poison: string): Fault[] {
  return [
    {
      kind: 'poison messages',
      targets: ['messages'],
      lastsMs: atOnce,
      async inject() {
        for (const body of poisonBodies(poison)) await publish(natsUrl, 'payments.v1.7.payment.created', body);
      },
      heal: async () => undefined,
    },
    {
      kind: 'late, repeated and reordered messages',
      targets: ['messages'],
      lastsMs: atOnce,
      inject: () => repeat(natsUrl, chance),
      heal: async () => undefined,
    },
  ];
}

/** What is no JSON, what is no envelope, and an envelope whose data is not what its type says. */
function poisonBodies(poison: string): string[] {
  const envelope = {
    specversion: '1.0',
    id: 'evt_01h455vb4pex5vsknk084sn02q',
    source: 'quittance/payments',
    type: 'payments.v1.payment.created',
    subject: 'pay_01h455vb4pex5vsknk084sn02q',
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    merchantid: 'mer_01h455vb4pex5vsknk084sn02q',
    shard: 7,
    aggregateversion: 1,
    data: { what: poison },
  };
  return [`{"${poison}`, JSON.stringify({ what: poison }), JSON.stringify(envelope)];
}

/** Under ids of their own, so that the broker does not recognise them; the events in them are those of before. */
async function repeat(natsUrl: string, chance: Chance): Promise<void> {
  const connection = await connect({ servers: natsUrl, timeout: 3_000 });
  try {
    for (const stream of streams) await repeatSomeOf(connection, stream, chance);
  } finally {
    await connection.close();
  }
}

async function repeatSomeOf(connection: NatsConnection, stream: string, chance: Chance): Promise<void> {
  const manager = await jetstreamManager(connection);
  const { state } = await manager.streams.info(stream);
  const places = Array.from({ length: Math.min(repeatedAtOnce, state.messages) }, () =>
    chance.between(state.first_seq, state.last_seq),
  );
  for (const seq of places) {
    const message = await manager.streams.getMessage(stream, { seq });
    if (message !== null) await jetstream(connection).publish(message.subject, message.data, { msgID: randomUUID() });
  }
}

async function publish(natsUrl: string, subject: string, body: string): Promise<void> {
  const connection = await connect({ servers: natsUrl, timeout: 3_000 });
  try {
    await jetstream(connection).publish(subject, body, { msgID: randomUUID() });
  } finally {
    await connection.close();
  }
}
