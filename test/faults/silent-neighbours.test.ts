import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MerchantClient } from '../support/merchant-client.ts';
import { reckon } from '../../tools/faults/reckoning/reckon.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';

let stack: Stack;
let merchant: MerchantClient;
let database: pg.Client;

beforeAll(async () => {
  stack = await startStack({ environment: { ACQUIRER_TIMEOUT_MS: '2500' } });
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

test('fraud is silent: small payments go on by the policy, large ones wait for a person, and the timeline says so', async () => {
  await stack.freeze('fraud');
  try {
    const small = await merchant.create();
    expect(small.payment).toMatchObject({ status: 'CAPTURED', risk: { decision: 'ALLOW' } });
    const said = small.payment?.timeline.find((entry) => entry.kind === 'payment.risk_assessed');
    expect(said?.summary).toMatch(/policy/i);

    // Above the demo merchant's floor and below its limit: only risk could have let it pass.
    const { rows } = await database.query<{ risk_floor: string }>(
      `SELECT risk_floor FROM payments.merchant_currency WHERE currency = 'EUR'`,
    );
    const large = await merchant.create({ amount: { minor: Number(rows[0]?.risk_floor) + 1, currency: 'EUR' } });
    expect(large.payment).toMatchObject({ status: 'IN_REVIEW', risk: { decision: 'REVIEW' }, attempts: [] });
  } finally {
    await stack.thaw('fraud');
  }
});

test('the acquirer hangs: no transaction waits for it, and every payment ends once it is back', async () => {
  await acquirer({ hang: true });
  const created = await Promise.all(Array.from({ length: 20 }, () => merchant.create({ awaitOutcomeMs: 0 })));
  const longest = await longestIdleInTransaction(6_000);
  expect(longest).toBeLessThan(100);

  await acquirer(undefined);
  const ids = created.map(({ payment }) => payment?.id ?? '');
  await until(
    'all payments to end',
    async () => (await Promise.all(ids.map((id) => merchant.payment(id)))).every((p) => p?.status !== 'PROCESSING'),
    { deadlineMs: 45_000 },
  );
  await until('everything to add up', async () => (await reckon(stack.demo)).length === 0, {
    deadlineMs: 30_000,
  }).catch(async () => expect(await reckon(stack.demo)).toEqual([]));
});

/** Looks again and again for so long; gives the longest time, in ms, that a session sat in an open transaction doing nothing. */
async function longestIdleInTransaction(forMs: number): Promise<number> {
  let longest = 0;
  for (const began = performance.now(); performance.now() - began < forMs;) {
    const { rows } = await database.query<{ idle: number | null }>(
      `SELECT (max(extract(epoch FROM clock_timestamp() - state_change)) * 1000)::float8 AS idle
       FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'`,
    );
    longest = Math.max(longest, rows[0]?.idle ?? 0);
  }
  return longest;
}
