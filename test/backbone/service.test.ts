import {
  Catch,
  Controller,
  Injectable,
  Module,
  UseFilters,
  UsePipes,
  type ArgumentsHost,
  type OnApplicationBootstrap,
  type PipeTransform,
  type RpcExceptionFilter,
} from '@nestjs/common';
import { Ctx, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { EMPTY, throwError, type Observable } from 'rxjs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { operationsRequests, type DeadLetterView, type EventEnvelope, type EventLagView } from '#contracts';
import { Broker, EventContext, EventTooEarly, Requester, ServiceUnavailable } from '#messaging';
import { DatabaseFault, sqlOf, type Transaction } from '#persistence';
import { serviceEnvironment, ServiceModule, startService } from '#runtime';
import type { DataSource } from 'typeorm';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { EventStreams } from '../support/event-streams.ts';
import { startNats, type TestNats } from '../support/nats.ts';
import { paymentCaptured, paymentCreated } from '../support/payment-events.ts';
import { until } from '../support/until.ts';
import { connectedTo } from './support/connected.ts';

/** What the methods of the service under test have seen, and what they are to throw. */
const seen: string[] = [];
const toThrow: (() => Error)[] = [];

@Injectable()
class MarkThePiped implements PipeTransform {
  transform(value: unknown): unknown {
    if (value instanceof EventContext) return value;
    return { ...(value as object), piped: true };
  }
}

class RefusedForGood extends Error {}

/** A filter of a service's own: some errors count as handled. */
@Catch(RefusedForGood)
class RefusalsAreFine implements RpcExceptionFilter {
  catch(_: RefusedForGood, host: ArgumentsHost): Observable<never> {
    seen.push(`filtered ${host.switchToRpc().getData<EventEnvelope>().type}`);
    return EMPTY;
  }
}

@Catch(RefusedForGood)
class PassOn implements RpcExceptionFilter {
  catch(error: RefusedForGood): Observable<never> {
    return throwError(() => error);
  }
}

@Controller()
class Listener {
  @UsePipes(MarkThePiped)
  @EventPattern<string>('payments.v1.payment.created')
  async created(
    @Payload() event: EventEnvelope & { piped?: boolean },
    @Ctx() { tx }: EventContext<Transaction<object>>,
  ): Promise<void> {
    const error = toThrow.shift()?.();
    if (error !== undefined) throw error;
    await tx.sql.query('INSERT INTO effect (event) VALUES ($1)', [event.id]);
    seen.push(event.piped === true ? 'piped' : 'plain');
  }

  @UseFilters(new RefusalsAreFine())
  @EventPattern<string>('payments.v1.payment.captured')
  captured(): Promise<void> {
    return Promise.reject(new RefusedForGood('no'));
  }

  @MessagePattern('test.v1.greet')
  greet(@Payload() { name }: { readonly name: string }): { readonly greeting: string } {
    return { greeting: `hello ${name}` };
  }

  @UseFilters(new PassOn())
  @MessagePattern('test.v1.fail')
  fail(): never {
    throw new RefusedForGood('the password of the database is swordfish');
  }
}

@Injectable()
class NotesItsStart implements OnApplicationBootstrap {
  onApplicationBootstrap(): void {
    seen.push('bootstrapped');
  }
}

let database: TestDatabase;
let nats: TestNats;
let owner: DataSource;
let said: EventStreams;
let app: NestFastifyApplication;
let broker: Broker;

async function enter(settings: Readonly<Record<string, string>> = {}): Promise<NestFastifyApplication> {
  const environment = serviceEnvironment.parse({
    DATABASE_URL: database.urlFor('orchestrator'),
    NATS_URL: nats.url,
    PORT: '0',
    LOG_LEVEL: 'silent',
    ...settings,
  });
  const service = ServiceModule.forRoot({
    service: 'orchestrator',
    environment,
    schema: 'payments',
    stores: () => ({}),
    log: { source: 'payments', relayedHere: true },
  });

  @Module({ imports: [service], controllers: [Listener], providers: [NotesItsStart] })
  class TestModule {}
  return startService(TestModule, { environment, listensToEvents: true });
}

beforeAll(async () => {
  database = await createDatabase();
  owner = await connectedTo(database.ownerUrl);
  await sqlOf(owner).query('CREATE TABLE effect (event text)');
  await sqlOf(owner).query('GRANT ALL ON effect TO quittance_orchestrator');
});

beforeEach(async () => {
  seen.length = 0;
  toThrow.length = 0;
  nats = await startNats();
  said = await EventStreams.open(nats.url);
  app = await enter();
  broker = new Broker({ url: nats.url, name: 'asking' });
  await broker.connected();
});

afterEach(async () => {
  await app.close();
  await broker.close();
  await said.close();
  await nats.stop();
  await sqlOf(owner).query('TRUNCATE effect, inbox, dead_letter, event, relay_cursor');
});

afterAll(async () => {
  await owner.destroy();
  await database.drop();
});

async function effects(): Promise<number> {
  return (await sqlOf(owner).query('SELECT event FROM effect')).length;
}

describe('Nest around an event handler', () => {
  test('a pipe changes what the method gets', async () => {
    await said.publish('payments', paymentCreated());
    await until('the effect', () => seen.includes('piped'));
  });

  test('a filter of the method decides what counts as handled', async () => {
    await said.publish('payments', paymentCaptured());
    await until('the filter', () => seen.includes('filtered payments.v1.payment.captured'));
    await until('the acknowledgement', () => said.isDone('payments', 'orchestrator'));
    expect(await sqlOf(owner).query('SELECT id FROM dead_letter')).toEqual([]);
  });

  test.each([
    ['a fault of the database is waited for', (): Error => new DatabaseFault('away', { retryable: true, cause: 0 }), 0],
    ['a gap is waited for', (): Error => new EventTooEarly('misses 1'), 1],
    ['a bug is tried again', (): Error => new TypeError('a bug'), 1],
  ])('errors reach the transport as they were thrown: %s', async (_, error, redeliveries) => {
    toThrow.push(error);
    await said.publish('payments', paymentCreated());
    await until('the effect', () => seen.includes('piped'));
    await until('the acknowledgement', () => said.isDone('payments', 'orchestrator'));
    const info = await (await broker.manager()).consumers.info('PAYMENTS', 'orchestrator');
    expect(info.delivered.consumer_seq - 1).toBe(redeliveries);
    expect(await effects()).toBe(1);
  });

  test('providers are started once, and before an event that waits already', async () => {
    await app.close();
    await said.publish('payments', paymentCreated());
    seen.length = 0;
    app = await enter();
    await until('the effect', () => seen.includes('piped'));
    expect(seen).toEqual(['bootstrapped', 'piped']);
  });
});

describe('requests', () => {
  beforeEach(() => until('the service to listen', () => new Requester(broker).request('test.v1.greet', { name: '?' })));

  test('are answered by the method, and a failure without its inside', async () => {
    const requester = new Requester(broker);
    expect(await requester.request('test.v1.greet', { name: 'Ada' })).toEqual({ greeting: 'hello Ada' });
    await expect(requester.request('test.v1.fail', {})).rejects.toThrow('orchestrator could not answer test.v1.fail');
  });

  test('that are no JSON leave the service alive', async () => {
    const connection = await broker.connected();
    const answer = await connection.request('test.v1.greet', 'not { json');
    expect(answer.json()).toEqual({ error: 'orchestrator could not answer test.v1.greet' });
    expect(await new Requester(broker).request('test.v1.greet', { name: 'Ada' })).toEqual({ greeting: 'hello Ada' });
  });

  test('that nobody answers, and without a broker: the service is unavailable', async () => {
    const requester = new Requester(broker);
    await expect(requester.request('test.v1.nobody', {})).rejects.toBeInstanceOf(ServiceUnavailable);
    await nats.kill();
    await expect(requester.request('test.v1.greet', { name: 'Ada' })).rejects.toBeInstanceOf(ServiceUnavailable);
    await nats.restart();
  });

  test('about the backbone: how far it is behind, what is parked, and once more please', async () => {
    const requester = new Requester(broker);
    await until('consumers', async () => {
      const lag = await requester.request<EventLagView>(operationsRequests.eventLag('orchestrator'), {});
      return lag.consumers.length > 0;
    });
    await said.publish('payments', { ...paymentCreated(), payload: '{}' });
    const [letter] = await until('a dead letter', async () => {
      const letters = await requester.request<DeadLetterView[]>(operationsRequests.deadLetters('orchestrator'), {});
      return letters.length > 0 && letters;
    });
    const replayed = await requester.request<DeadLetterView>(operationsRequests.replayDeadLetter('orchestrator'), {
      id: letter?.id,
    });
    expect(replayed).toMatchObject({ id: letter?.id, replayedAt: expect.any(String) });
    const unknown = { id: 'dlt_00000000000000000000000000' };
    expect(await requester.request(operationsRequests.replayDeadLetter('orchestrator'), unknown)).toBeNull();
    expect(await requester.request<EventLagView>(operationsRequests.eventLag('orchestrator'), {})).toMatchObject({
      service: 'orchestrator',
      relay: { unpublished: 0, oldestAgeMs: 0 },
    });
  });
});

describe('health', () => {
  async function ask(path: string): Promise<{ status: number; body: string }> {
    const answer = await app.inject({ method: 'GET', url: path });
    return { status: answer.statusCode, body: answer.body };
  }

  test('ready when database and broker answer', async () => {
    await until('readiness', async () => (await ask('/readyz')).status === 200);
    expect((await ask('/healthz')).status).toBe(200);
  });

  test('without a broker: alive, not ready, and says so; ready again when it is back', async () => {
    await nats.kill();
    await until('the loss to be noticed', async () => (await ask('/readyz')).status === 503);
    const { details } = JSON.parse((await ask('/readyz')).body) as { details: unknown };
    expect(details).toMatchObject({
      database: { status: 'up' },
      broker: { status: 'down', message: 'broker is not reachable' },
    });
    expect((await ask('/healthz')).status).toBe(200);
    await nats.restart();
    await until('readiness', async () => (await ask('/readyz')).status === 200);
  });

  test('metrics are for Prometheus', async () => {
    const { status, body } = await ask('/metrics');
    expect(status).toBe(200);
    expect(body).toContain('# TYPE quittance_commit_to_stream_seconds histogram');
  });
});

test('a database with synchronous_commit = off is refused at the start, by name', async () => {
  const forgetful = new URL(database.urlFor('orchestrator'));
  forgetful.searchParams.set('options', '-c synchronous_commit=off');
  await expect(enter({ DATABASE_URL: forgetful.href })).rejects.toThrow(
    'PostgreSQL runs with synchronous_commit = off: acknowledged payments could vanish.',
  );
});
