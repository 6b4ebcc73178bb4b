import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AcquirerDirectory } from '../../apps/orchestrator/src/acquirers/acquirer-directory.ts';
import { GuardNews } from '../../apps/orchestrator/src/acquirers/guard-news.ts';
import { hints } from '#contracts';
import { Broker } from '#messaging';
import { administer } from '../support/admin-door.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { startNats, type TestNats } from '../support/nats.ts';
import { startApiHere, startOrchestratorHere } from '../support/services.ts';
import { until } from '../support/until.ts';
import { aRequest } from './support/acquirer-requests.ts';

interface BreakerAnswer {
  readonly override: { readonly openedBecause: string; readonly closedBecause: string | null } | null;
  readonly userErrors: readonly { readonly code: string; readonly message: string }[];
}

interface AcquirerShown {
  readonly name: string;
  readonly operations: readonly { readonly operation: string; readonly breaker: string; readonly since: string }[];
}

let database: TestDatabase;
let nats: TestNats;
let owner: pg.Client;
let api: NestFastifyApplication;
/** Two processes' worth of the same service. */
let orchestrators: NestFastifyApplication[];

const never = new AbortController().signal;

/** Nobody listens there: each call is refused and surely not sent. */
const sandboxUrl = 'http://127.0.0.1:1';

beforeAll(async () => {
  [database, nats] = await Promise.all([createDatabase(), startNats()]);
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  orchestrators = [await startOrchestrator(), await startOrchestrator()];
  api = await startApiHere({ database, nats });
});

afterAll(async () => {
  for (const app of [api, ...orchestrators]) await app.close();
  await owner.end();
  await nats.stop();
  await database.drop();
});

function startOrchestrator(): Promise<NestFastifyApplication> {
  return startOrchestratorHere({ database, nats, sandboxUrl, environment: { LOG_LEVEL: 'fatal' } });
}

function stateAt(orchestrator: NestFastifyApplication, operation: 'authorize' | 'capture'): string | undefined {
  return orchestrator.get(AcquirerDirectory).breakerOf('alpha', operation)?.view().state;
}

async function change(mutation: 'openBreaker' | 'closeBreaker', input: object): Promise<BreakerAnswer> {
  const answer = await administer<Record<string, BreakerAnswer>>(
    api,
    `mutation ($input: BreakerInput!) { answer: ${mutation}(input: $input) {
       override { acquirer operation openedBecause closedBecause } userErrors { code message } } }`,
    { input: { acquirer: 'alpha', operation: 'CAPTURE', ...input } },
  );
  if (answer['answer'] === undefined) throw new Error('no answer');
  return answer['answer'];
}

describe('a breaker that opens', () => {
  test('makes the other processes careful, who find out themselves and spread nothing', async () => {
    const [one, other] = orchestrators as [NestFastifyApplication, NestFastifyApplication];
    const hinted: string[] = [];
    await api.get(Broker).onHint(hints.breakerChanged, (payload) => void hinted.push(payload));
    await api.get(Broker).isReachable();
    const heard: boolean[] = [];
    other.get(GuardNews).onBreakerChange(({ onHearsay }) => void heard.push(onHearsay));
    const told: boolean[] = [];
    one.get(GuardNews).onBreakerChange(({ onHearsay }) => void told.push(onHearsay));
    const alpha = one.get(AcquirerDirectory).get('alpha');
    for (let call = 0; call < 10; call += 1) await alpha.send(aRequest(), AbortSignal.timeout(5_000));
    expect(stateAt(one, 'authorize')).toBe('open');
    await until('the other process to hear of it', () => stateAt(other, 'authorize') === 'open');
    expect([heard, told]).toEqual([[true], [false]]);
    expect(stateAt(other, 'capture')).toBe('closed');
    // Whatever the other process said before this round trip has reached us after ours.
    expect([await other.get(Broker).isReachable(), await api.get(Broker).isReachable()]).toEqual([true, true]);
    expect(hinted.map((payload) => JSON.parse(payload) as unknown)).toEqual([
      { change: 'opened', process: expect.any(String), acquirer: 'alpha', operation: 'authorize' },
    ]);
  });

  test('is shown to people, with the reason why nothing is sent', async () => {
    const { acquirers } = await administer<{ acquirers: AcquirerShown[] }>(
      api,
      '{ acquirers { name operations { operation breaker since recentFailures refusedBecause } } }',
    );
    expect(acquirers.map(({ name }) => name)).toEqual(['alpha']);
    const operations = new Map(acquirers[0]?.operations.map((shown) => [shown.operation, shown]));
    expect([...operations.keys()]).toEqual(['AUTHORIZE', 'INCREASE', 'CAPTURE', 'VOID', 'REFUND', 'FIND', 'EVIDENCE']);
    expect(operations.get('AUTHORIZE')?.breaker).toBe('OPEN');
    expect(operations.get('CAPTURE')).toMatchObject({ breaker: 'CLOSED', recentFailures: 0, refusedBecause: null });
  });
});

describe('a person', () => {
  test('holds a breaker open in all processes, in those that start later too, and lets it close in all', async () => {
    expect(await change('openBreaker', { reason: ' maintenance ' })).toEqual({
      override: { acquirer: 'alpha', operation: 'CAPTURE', openedBecause: 'maintenance', closedBecause: null },
      userErrors: [],
    });
    const allAre = (state: string) => () => orchestrators.every((process) => stateAt(process, 'capture') === state);
    await until('all processes to hold it', allAre('held_open'));
    orchestrators.push(await startOrchestrator());
    expect(allAre('held_open')()).toBe(true);
    const answer = await orchestrators[2]?.get(AcquirerDirectory).get('alpha').send(aRequest('capture'), never);
    expect(answer).toEqual({
      type: 'not_sent',
      reason: 'alpha was not called: its breaker is held open: maintenance',
    });

    const closed = await change('closeBreaker', { reason: 'they are done' });
    expect(closed.override).toMatchObject({ openedBecause: 'maintenance', closedBecause: 'they are done' });
    await until('all processes to let it go', allAre('closed'));
  });

  test('who was second to hold it learns why it is held', async () => {
    await change('openBreaker', { operation: 'REFUND', reason: 'first' });
    const second = await change('openBreaker', { operation: 'REFUND', reason: 'second' });
    expect(second.override?.openedBecause).toBe('first');
    await change('closeBreaker', { operation: 'REFUND', reason: 'enough' });
    const again = await change('closeBreaker', { operation: 'REFUND', reason: 'again' });
    expect(again.userErrors.map(({ code }) => code)).toEqual(['NOT_FOUND']);
    await change('openBreaker', { operation: 'REFUND', reason: 'third' });
    const { rows } = await owner.query<{ story: string }>(
      `SELECT opened_because || ', ' || coalesce(closed_because, 'held') AS story FROM payments.breaker_override
       WHERE operation = 'refund' ORDER BY opened_at`,
    );
    expect(rows.map(({ story }) => story)).toEqual(['first, enough', 'third, held']);
  });

  test.each([
    ['openBreaker', { acquirer: 'alhpa', reason: 'a slip' }, 'NOT_FOUND'],
    ['openBreaker', { reason: '  ' }, 'INVALID_INPUT'],
    ['closeBreaker', { operation: 'VOID', reason: 'nobody held it' }, 'NOT_FOUND'],
    ['closeBreaker', { reason: '4111 1111 1111 1111' }, 'INVALID_INPUT'],
  ] as const)('is told what is wrong: %s %j', async (mutation, input, code) => {
    const { override, userErrors } = await change(mutation, input);
    expect([override, userErrors.map((error) => error.code)]).toEqual([null, [code]]);
  });
});
