import { expect } from 'vitest';
import { Sandbox } from './support/sandbox.ts';
import type { SandboxDatabases } from './support/sandbox-database.ts';
import { test } from './support/sandbox-test.ts';

const cards = ['tok_visa', 'tok_declined', 'tok_processing_error', 'tok_not_sent', 'tok_flaky', 'tok_garbage'];

/** The same hundred and twenty calls at an acquirer in bad health, on an empty record. */
async function story(databases: SandboxDatabases, seed?: string): Promise<string[]> {
  const sandbox = await Sandbox.start(await databases.create(), seed === undefined ? {} : { SANDBOX_SEED: seed });
  await sandbox.control({ errorRate: 0.3, declineRate: 0.3 });
  const answers: string[] = [];
  for (let nth = 0; nth < 120; nth += 1) {
    const cardToken = cards[nth % cards.length] ?? 'tok_visa';
    const { status, text } = await sandbox.authorize({
      cardToken,
      key: `call-${nth}`,
      reference: `payment-${nth % 40}`,
    });
    answers.push(`${cardToken} ${status} ${text}`);
  }
  const { text } = await sandbox.get('/truth/totals');
  await sandbox.stop();
  return [...answers, text];
}

test('the same tokens, keys and seed give the same answers on another machine', async ({ databases }) => {
  const first = await story(databases, '7');
  expect(new Set(first).size).toBeGreaterThan(20);
  expect(await story(databases, '7')).toEqual(first);
});

test('another seed gives other answers, and the seed is 1 unless set', async ({ databases }) => {
  const unset = await story(databases);
  expect(await story(databases, '1')).toEqual(unset);
  expect(await story(databases, '2')).not.toEqual(unset);
});
