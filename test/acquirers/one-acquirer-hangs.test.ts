import { afterAll, beforeAll, expect, test } from 'vitest';
import { AcquirerDirectory } from '../../apps/orchestrator/src/acquirers/acquirer-directory.ts';
import { guardLimits, sideBySideMax } from '../../apps/orchestrator/src/acquirers/guard-limits.ts';
import { GuardNews } from '../../apps/orchestrator/src/acquirers/guard-news.ts';
import { GuardedAcquirer, type AcquirerBreakerChange } from '../../apps/orchestrator/src/acquirers/guarded-acquirer.ts';
import { HttpAcquirer } from '../../apps/orchestrator/src/acquirers/http-acquirer.ts';
import { AcquirerCalls } from '../../apps/orchestrator/src/use-cases/acquirer-calls.ts';
import { createMetrics, type Metrics } from '#observability';
import { newId } from '../support/payment-events.ts';
import { until } from '../support/until.ts';
import { aRequest } from './support/acquirer-requests.ts';
import { startAcquirerServer, type AcquirerServer } from './support/acquirer-server.ts';

const acquirers = ['alpha', 'beta', 'gamma'] as const;
/** To each acquirer. */
const callsPerSecond = 50;
/** As in production. */
const timeoutMs = 5_000;

interface Heard {
  readonly acquirer: string;
  readonly answer: string;
  readonly tookMs: number;
}

let server: AcquirerServer;
let metrics: Metrics;
let directory: AcquirerDirectory;
let calls: AcquirerCalls;
let traffic: NodeJS.Timeout;
/** `asked`: how many requests alpha has had by then. */
const changes: (AcquirerBreakerChange & { readonly at: number; readonly asked: number })[] = [];
let heard: Heard[] = [];
/** Calls that went out. */
const sent = new Set<string>();
/** The acquirers of calls that did not go out in the moment in which they were wanted, but waited for others or were refused. */
const keptWaiting: string[] = [];

function connectorOf(name: string): HttpAcquirer {
  const connector = new HttpAcquirer({ name, url: server.urlOf(name) }, metrics);
  const send = connector.send.bind(connector);
  connector.send = (request, signal) => {
    sent.add(request.key);
    return send(request, signal);
  };
  return connector;
}

/** Steady traffic to all three through everything that stands between a saga and an acquirer. */
beforeAll(async () => {
  server = await startAcquirerServer();
  metrics = createMetrics('orchestrator');
  const news = new GuardNews(metrics);
  news.onBreakerChange((change) => {
    changes.push({ ...change, at: performance.now(), asked: server.requestsOf('alpha') });
  });
  const connectors = acquirers.map(connectorOf);
  directory = new AcquirerDirectory(
    connectors.map((connector) => new GuardedAcquirer(connector, guardLimits, news)),
    timeoutMs,
  );
  calls = new AcquirerCalls(sideBySideMax);
  const startedAt = new Map<string, number>();
  calls.madeBy({
    async make({ acquirer, attemptId, request }) {
      const { type: answer } = await directory.get(acquirer).send(request, directory.patience());
      heard.push({ acquirer, answer, tookMs: performance.now() - (startedAt.get(attemptId) ?? 0) });
    },
    refuse: async ({ acquirer }) => void heard.push({ acquirer, answer: 'refused in line', tookMs: 0 }),
  });
  traffic = setInterval(() => {
    for (const acquirer of acquirers) {
      const request = aRequest();
      const saga = { merchantId: newId('mer'), paymentId: newId('pay'), id: crypto.randomUUID() };
      startedAt.set(request.key, performance.now());
      calls.add([{ saga, acquirer, attemptId: request.key, request }]);
      if (!sent.has(request.key)) keptWaiting.push(acquirer);
    }
  }, 1_000 / callsPerSecond);
});

afterAll(async () => {
  clearInterval(traffic);
  await directory.close();
  await server.stop();
});

function othersP99(all: readonly Heard[]): number {
  const took = all.filter(({ acquirer }) => acquirer !== 'alpha').map(({ tookMs }) => tookMs);
  return took.sort((one, other) => one - other)[Math.floor(took.length * 0.99)] ?? Number.NaN;
}

test('its breaker opens within 5 s, the others go on as before, and it comes back by three probes', async () => {
  await until('a second of calm', () => heard.length >= 3 * callsPerSecond);
  heard = [];
  await until('three seconds of calm', () => heard.length >= 9 * callsPerSecond);
  const calmP99 = othersP99(heard);

  heard = [];
  server.hang('alpha');
  const hungAt = performance.now();
  const opening = await until('the breaker of alpha to open', () => changes[0]);
  expect(opening).toMatchObject({ acquirer: 'alpha', operation: 'authorize', from: 'closed', to: 'open' });
  const openedAfterMs = opening.at - hungAt;
  expect(openedAfterMs).toBeLessThan(5_000);

  const halfOpen = await until('it to let calls through again', () => changes[1]);
  const openAgain = await until('those to hang as well', () => changes[2]);
  expect(openAgain).toMatchObject({ to: 'open', asked: halfOpen.asked + 3 });
  const hungP99 = othersP99(heard);
  const others = heard.filter(({ acquirer }) => acquirer !== 'alpha');
  expect(new Set(others.map(({ answer }) => answer))).toEqual(new Set(['approved']));
  const refused = heard.filter(({ acquirer, answer }) => acquirer === 'alpha' && answer === 'not_sent');
  expect(refused.length).toBeGreaterThan(callsPerSecond);

  server.recover('alpha');
  const probing = await until('it to be tried again', () => changes[3]);
  const closed = await until('its breaker to close', () => changes[4]);
  expect(closed).toMatchObject({ to: 'closed', asked: probing.asked + 3 });
  heard = [];
  await until('its traffic to be back', () => heard.filter(({ acquirer }) => acquirer === 'alpha').length >= 20);
  expect(new Set(heard.map(({ answer }) => answer))).toEqual(new Set(['approved']));
  expect(changes.map(({ to }) => to)).toEqual(['open', 'half_open', 'open', 'half_open', 'closed']);

  // The others' calls never waited, so what they took is what the acquirers and this machine took; that is only shown.
  expect(new Set(keptWaiting)).toEqual(new Set(['alpha']));
  console.info(
    `an acquirer hangs: breaker open after ${openedAfterMs.toFixed(0)} ms; p99 of the others ` +
      `${calmP99.toFixed(1)} ms before, ${hungP99.toFixed(1)} ms meanwhile (${(hungP99 / calmP99).toFixed(3)} times)`,
  );
  const opens = (await metrics.breakerOpens.get()).values.filter(({ value }) => value > 0);
  expect(opens).toMatchObject([{ value: 2, labels: { acquirer: 'alpha', operation: 'authorize' } }]);
});
