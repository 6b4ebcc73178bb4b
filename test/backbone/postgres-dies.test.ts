import { fileURLToPath } from 'node:url';
import type { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { assertDurable, CommitOutcomeUnknown, DatabaseFault, poolOf, sqlOf, UnitOfWork, type Sql } from '#persistence';
import { eventBackboneV1 } from '../../migrations/event-backbone.v1.ts';
import { streams } from '#contracts';
import { runProgram } from '../support/console-program.ts';
import { EventStreams } from '../support/event-streams.ts';
import { startNats } from '../support/nats.ts';
import { paymentCreated } from '../support/payment-events.ts';
import { deferred, until } from '../support/until.ts';
import { Consumer, consumerName } from './support/consumer.ts';
import { connectedTo } from './support/connected.ts';
import { startOwnPostgres, type OwnPostgres } from './support/own-postgres.ts';

let postgres: OwnPostgres;
let dataSource: DataSource;
let sql: Sql;
let work: UnitOfWork<object>;

beforeAll(async () => {
  postgres = await startOwnPostgres();
  const owner = await connectedTo(postgres.url, { schema: 'public' });
  for (const statement of [
    'CREATE TABLE note (text text PRIMARY KEY)',
    // Whoever commits a note called "slow" waits at COMMIT for the lock 1, which a test may hold.
    `CREATE FUNCTION wait_at_commit() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END $$`,
    `CREATE CONSTRAINT TRIGGER slow_commit AFTER INSERT ON note DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
     WHEN (NEW.text = 'slow') EXECUTE FUNCTION wait_at_commit()`,
    'CREATE SCHEMA payments',
    ...eventBackboneV1('payments', ['quittance']),
    'CREATE TABLE payments.effect (event text)',
  ]) {
    await sqlOf(owner).query(statement);
  }
  await owner.destroy();
});

beforeEach(async () => {
  dataSource = await connectedTo(postgres.url, { schema: 'public' });
  sql = sqlOf(dataSource);
  work = new UnitOfWork(dataSource, () => ({}));
  await sql.query('TRUNCATE note');
});

afterEach(() => dataSource.destroy());

afterAll(() => postgres.stop());

async function notes(): Promise<string[]> {
  return (await sql.query<{ text: string }>('SELECT text FROM note ORDER BY text')).map((row) => row.text);
}

/** The same pool serves again, without anybody telling it. */
async function expectRecovery(): Promise<void> {
  await until('the pool to serve again', () =>
    work.run((tx) => tx.sql.query("INSERT INTO note VALUES ('afterwards')")),
  );
  expect(await notes()).toContain('afterwards');
}

describe('kill −9 of PostgreSQL', () => {
  test('in the middle of a transaction that asks nothing at that moment: retryable, nothing kept, the pool recovers', async () => {
    const attempt = work.run(async (tx) => {
      await tx.sql.query("INSERT INTO note VALUES ('never')");
      await postgres.kill();
      await tx.sql.query("INSERT INTO note VALUES ('never either')");
    });
    const failure: unknown = await attempt.catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DatabaseFault);
    expect(failure).not.toBeInstanceOf(CommitOutcomeUnknown);
    expect(failure).toHaveProperty('retryable', true);
    const whileAway: unknown = await work.run(async () => undefined).catch((error: unknown) => error);
    expect(whileAway).toSatisfy((error) => error instanceof DatabaseFault && error.retryable);
    await postgres.start();
    await expectRecovery();
    expect(await notes()).toEqual(['afterwards']);
  });

  test('during COMMIT: the outcome is unknown and said to be', async () => {
    const blocker = await poolOf(dataSource).connect();
    blocker.on('error', () => undefined);
    await blocker.query('BEGIN; SELECT pg_advisory_xact_lock(1)');
    const announced: string[] = [];
    const attempt = work
      .run(async (tx) => {
        tx.afterCommit(() => announced.push('committed'));
        await tx.sql.query("INSERT INTO note VALUES ('slow')");
      })
      .catch((error: unknown) => error);
    await until('a COMMIT to be under way', async () => {
      const waiting = await sql.query(
        "SELECT FROM pg_stat_activity WHERE query = 'COMMIT' AND wait_event = 'advisory'",
      );
      return waiting.length === 1;
    });
    await postgres.kill();
    blocker.release(true);
    expect(await attempt).toBeInstanceOf(CommitOutcomeUnknown);
    expect(announced).toEqual([]);
    await postgres.start();
    await expectRecovery();
  });

  test('while events are handled: nothing is parked, everything has its one effect afterwards', async () => {
    const nats = await startNats();
    const said = await EventStreams.open(nats.url);
    const consumer = await Consumer.open({ databaseUrl: postgres.url, natsUrl: nats.url });
    const begun = deferred();
    await consumer
      .on('payments.v1.payment.created', async (event, tx) => {
        await tx.sql.query('INSERT INTO effect (event) VALUES ($1)', [event.id]);
        begun.resolve();
      })
      .listen();
    const events = Array.from({ length: 300 }, () => paymentCreated());
    const published = said.publish('payments', ...events);
    await begun.promise;
    await postgres.kill();
    await published;
    const manager = await consumer.broker.manager();
    await until('messages to be held in hand', async () => {
      const info = await manager.consumers.info(streams.payments.name, consumerName);
      return info.num_ack_pending > 0;
    });
    await postgres.start();
    await until('every event to be answered', () => said.isDone('payments', consumerName));
    const effects = await sql.query<{ event: string }>('SELECT event FROM payments.effect ORDER BY event');
    expect(effects.map(({ event }) => event)).toEqual(events.map(({ id }) => id).toSorted());
    expect(await sql.query('SELECT id FROM payments.dead_letter')).toEqual([]);
    await consumer.close();
    await said.close();
    await nats.stop();
  });
});

describe('a peer that is frozen', () => {
  test('loses its row lock when it has been idle in its transaction for too long', async () => {
    await sql.query("INSERT INTO note VALUES ('contended')");
    const holder = fileURLToPath(new URL('support/lock-holder.process.ts', import.meta.url));
    const peer = runProgram(process.execPath, ['--conditions=source', holder, postgres.url, '300ms']);
    await peer.printed('locked');
    peer.signal('SIGSTOP');
    try {
      await work.run((tx) => tx.sql.query("SELECT FROM note WHERE text = 'contended' FOR UPDATE"));
    } finally {
      peer.signal('SIGKILL');
      await peer.exit;
    }
  });

  test('and is the server: whoever waits is told after the answer time-out, on a connection that goes', async () => {
    const impatient = new URL(postgres.url);
    impatient.searchParams.set('query_timeout', '300');
    const source = await connectedTo(impatient.href, { schema: 'public', poolSize: 1 });
    let frozen = 0;
    try {
      const attempt = new UnitOfWork(source, () => ({})).run(async (tx) => {
        const [session] = await tx.sql.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
        frozen = session?.pid ?? 0;
        process.kill(frozen, 'SIGSTOP');
        await tx.sql.query("INSERT INTO note VALUES ('never')");
      });
      await expect(attempt).rejects.toSatisfy((error) => error instanceof DatabaseFault && error.retryable);
      expect(await sqlOf(source).query('SELECT text FROM note')).toEqual([]);
    } finally {
      process.kill(frozen, 'SIGCONT');
      await source.destroy();
    }
  });
});

describe('a database that may forget', () => {
  test('synchronous_commit = off is refused at start-up, by name', async () => {
    const forgetful = await connectedTo(postgres.url, { settings: { synchronous_commit: 'off' } });
    await expect(assertDurable(forgetful)).rejects.toThrow(
      'PostgreSQL runs with synchronous_commit = off: acknowledged payments could vanish. Turn it on for this database and role.',
    );
    await forgetful.destroy();
  });

  test.each(['on', 'local', 'remote_write', 'remote_apply'])('synchronous_commit = %s is taken', async (setting) => {
    const durable = await connectedTo(postgres.url, { settings: { synchronous_commit: setting } });
    await expect(assertDurable(durable)).resolves.toBeUndefined();
    await durable.destroy();
  });
});
