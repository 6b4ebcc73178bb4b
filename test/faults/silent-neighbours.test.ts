import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { reckon } from '../../tools/faults/reckoning/reckon.ts';
import { serviceDatabases, serviceNames, type ServiceName } from '../../tools/provisioning/service-databases.ts';
import { runProgram } from '../support/console-program.ts';
import { MerchantClient, type PaymentView } from '../support/merchant-client.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';
import { areAtRest } from './support/at-rest.ts';
import { TransactionWatch } from './support/transaction-watch.ts';

/** A promise. Between two statements a service computes for a millisecond; whatever takes this long waits for somebody. */
const idleMsMax = 100;
/** With ten milliseconds between two looks, several times the promise. */
const looksAtRestMin = 50;

let stack: Stack;
let merchant: MerchantClient;
let database: pg.Client;

beforeAll(async () => {
  stack = await startStack({ environment: { ACQUIRER_TIMEOUT_MS: '30000' } });
  merchant = new MerchantClient(stack.demo);
  database = new pg.Client({ connectionString: stack.demo.databaseUrl });
  await database.connect();
});

afterAll(async () => {
  await database.end();
  await stack.remove();
});

async function acquirer(change: object | undefined): Promise<void> {
  const response = await fetch(`${stack.demo.sandboxUrl}/control/acquirers/alpha`, {
    method: change === undefined ? 'DELETE' : 'POST',
    headers: change === undefined ? {} : { 'content-type': 'application/json' },
    ...(change === undefined ? {} : { body: JSON.stringify(change) }),
  });
  expect(response.ok).toBe(true);
}

/** A payment and what becomes of it, however long a starved machine takes. */
async function outcomeOf(input: Parameters<MerchantClient['create']>[0]): Promise<PaymentView> {
  const { payment: accepted } = await merchant.create(input);
  return until(
    'the payment to have an outcome',
    async () => {
      const payment = await merchant.payment(accepted?.id ?? '');
      return payment !== null && !['PROCESSING', 'AUTHORIZED'].includes(payment.status) && payment;
    },
    { deadlineMs: 45_000 },
  );
}

test('fraud is silent: small payments go on by the policy, large ones wait for a person, and the timeline says so', async () => {
  await stack.freeze('fraud');
  try {
    const small = await outcomeOf({});
    expect(small).toMatchObject({ status: 'CAPTURED', risk: { decision: 'ALLOW' } });
    const said = small.timeline.find((entry) => entry.kind === 'payment.risk_assessed');
    expect(said?.summary).toMatch(/policy/i);

    // Above the demo merchant's floor and below its limit: only risk could have let it pass.
    const { rows } = await database.query<{ risk_floor: string }>(
      `SELECT risk_floor FROM payments.merchant_currency WHERE currency = 'EUR'`,
    );
    const large = await outcomeOf({ amount: { minor: Number(rows[0]?.risk_floor) + 1, currency: 'EUR' } });
    expect(large).toMatchObject({ status: 'IN_REVIEW', risk: { decision: 'REVIEW' }, attempts: [] });
  } finally {
    await stack.thaw('fraud');
  }
});

test('the acquirer hangs: no transaction waits for it, and every payment ends once it is back', async () => {
  await acquirer({ hang: true });
  const created = await Promise.all(Array.from({ length: 20 }, () => merchant.create({ awaitOutcomeMs: 0 })));
  const watch = new TransactionWatch(database, (role) => stack.pidOf(serviceOf(role)));
  let looksAtRest = 0;
  await until(
    'the orchestrator to sleep over open calls',
    async () => {
      await watch.look();
      // Only while it has nothing to do but to wait is what it holds open held for the acquirer.
      if ((await callsOpen()) >= created.length && areAtRest([await stack.pidOf('orchestrator')])) looksAtRest += 1;
      return watch.longestMs >= idleMsMax || looksAtRest >= looksAtRestMin;
    },
    { everyMs: 10, deadlineMs: 60_000 },
  );
  expect(watch.longestMs).toBeLessThan(idleMsMax);

  await stack.kill('sandbox');
  await stack.isBack('sandbox');
  const ids = created.map(({ payment }) => payment?.id ?? '');
  await until(
    'all payments to end',
    async () => (await Promise.all(ids.map((id) => merchant.payment(id)))).every((p) => p?.status !== 'PROCESSING'),
    { deadlineMs: 45_000 },
  );
  await until('everything to add up', async () => (await reckon(stack.demo)).length === 0, {
    deadlineMs: 30_000,
  }).catch(async () => expect(await reckon(stack.demo)).toEqual([]));
}, 180_000);

test('a process that waits for somebody in its transaction is seen, so that the test above could fail', async () => {
  const program = fileURLToPath(new URL('support/idle-transaction.process.ts', import.meta.url));
  const waiting = runProgram(process.execPath, [program, stack.demo.databaseUrl]);
  await waiting.printed('waiting');
  const watch = new TransactionWatch(database, (role) =>
    role.startsWith('quittance_') ? stack.pidOf(serviceOf(role)) : Promise.resolve(waiting.pid),
  );
  try {
    await until('it to be seen', async () => {
      await watch.look();
      return watch.longestMs >= idleMsMax;
    });
  } finally {
    waiting.signal('SIGKILL');
    await waiting.exit;
  }
});

function serviceOf(role: string): ServiceName {
  const service = serviceNames.find((name) => serviceDatabases[name].role === role);
  if (service === undefined) throw new Error(`no service is ${role}`);
  return service;
}

/** How many attempts have begun, so that their calls are to be made, and have got no answer yet. */
async function callsOpen(): Promise<number> {
  const { rows } = await database.query<{ open: number }>(
    `SELECT count(*)::integer AS open FROM payments.attempt WHERE state = 'submitted'`,
  );
  return rows[0]?.open ?? 0;
}
