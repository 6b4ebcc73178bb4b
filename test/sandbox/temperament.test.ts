import { readFileSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { Sandbox, fieldOf } from './support/sandbox.ts';
import { test } from './support/sandbox-test.ts';

const approved = { status: 200, body: { status: 'approved' } };
const declinedWith = (declineCode: string) => ({ status: 200, body: { status: 'declined', declineCode, soft: false } });

const ofTheirOwn = { SANDBOX_TEMPERAMENT: 'own' };

/** Makes a call at an acquirer that takes its time, and lets that pass. */
async function inItsTime<Answer>(sandbox: Sandbox, latencyMs: number, call: Promise<Answer>): Promise<Answer> {
  await sandbox.clock.waiting(1);
  sandbox.clock.advance(latencyMs - 1);
  await sandbox.clock.waiting(1);
  sandbox.clock.advance(1);
  return call;
}

describe('of their own', () => {
  test('alpha answers at once and takes everything', async ({ databases }) => {
    const sandbox = await Sandbox.start(await databases.create(), ofTheirOwn);
    expect(await sandbox.authorize({ cardToken: 'tok_amex', amountMinor: 100_000_000 })).toMatchObject(approved);
    await sandbox.stop();
  });

  test('beta answers 40 ms later and takes no more than 1 000 000 minor units', async ({ databases }) => {
    const sandbox = await Sandbox.start(await databases.create(), ofTheirOwn);
    const authorize = (amountMinor: number) =>
      inItsTime(sandbox, 40, sandbox.authorize({ cardToken: 'tok_amex', acquirer: 'beta', amountMinor }));
    expect(await authorize(1_000_000)).toMatchObject(approved);
    expect(await authorize(1_000_001)).toMatchObject(declinedWith('amount_not_allowed'));
    await sandbox.stop();
  });

  test('gamma answers 10 ms later and takes no Amex', async ({ databases }) => {
    const sandbox = await Sandbox.start(await databases.create(), ofTheirOwn);
    const authorize = (cardToken: string) =>
      inItsTime(sandbox, 10, sandbox.authorize({ cardToken, acquirer: 'gamma', amountMinor: 1_000_001 }));
    expect(await authorize('tok_visa')).toMatchObject(approved);
    expect(await authorize('tok_amex')).toMatchObject(declinedWith('card_not_supported'));
    await sandbox.stop();
  });

  test('they are what a reset of the controls goes back to', async ({ databases }) => {
    const sandbox = await Sandbox.start(await databases.create(), ofTheirOwn);
    expect(await sandbox.control({ latencyMs: 0 }, 'beta')).toMatchObject({ body: { latencyMs: 0 } });
    expect(await sandbox.authorize({ cardToken: 'tok_visa', acquirer: 'beta' })).toMatchObject(approved);
    expect(await sandbox.resetControls('beta')).toMatchObject({ body: { latencyMs: 40 } });
    await sandbox.stop();
  });
});

test('of even temper, each answers at once and takes everything', async ({ sandbox }) => {
  for (const acquirer of ['alpha', 'beta', 'gamma']) {
    const asked = { cardToken: 'tok_amex', acquirer, amountMinor: 100_000_000 };
    expect(await sandbox.authorize(asked)).toMatchObject(approved);
  }
});

test('the fees that an acquirer tells are the fees that the page lists', async ({ sandbox }) => {
  const page = readFileSync('docs/sandbox.md', 'utf8');
  const rows = [...page.matchAll(/^\| `(alpha|beta|gamma)` \| (\d+) \| (\d+) \|/gm)];
  expect(rows.map(([, acquirer]) => acquirer)).toEqual(['alpha', 'beta', 'gamma']);
  for (const [, acquirer, basisPoints, fixedMinor] of rows) {
    const { body } = await sandbox.get(`/acquirers/${acquirer}`);
    expect(fieldOf(body, 'fees')).toEqual({ basisPoints: Number(basisPoints), fixedMinor: Number(fixedMinor) });
  }
  expect(await sandbox.get('/acquirers/delta')).toMatchObject({ status: 404 });
});
