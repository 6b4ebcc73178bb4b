import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startNats, type TestNats } from './nats.ts';

let nats: TestNats;

beforeAll(async () => {
  nats = await startNats();
});

afterAll(() => nats.stop());

async function messagesStored(): Promise<number> {
  const connection = await connect({ servers: nats.url });
  try {
    const manager = await jetstreamManager(connection);
    await manager.streams.add({ name: 'TRIAL', subjects: ['trial.>'] });
    await jetstream(connection).publish('trial.message');
    return (await manager.streams.info('TRIAL')).state.messages;
  } finally {
    await connection.close();
  }
}

test('a killed broker keeps its messages, a wiped one does not', async () => {
  expect(await messagesStored()).toBe(1);
  await nats.kill();
  await nats.restart();
  expect(await messagesStored()).toBe(2);
  await nats.kill();
  await nats.wipe();
  await nats.restart();
  expect(await messagesStored()).toBe(1);
});
