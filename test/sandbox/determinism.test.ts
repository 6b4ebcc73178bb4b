import { expect, test } from 'vitest';
import { createDatabase } from '../support/database.ts';
import { Sandbox } from './support/sandbox.ts';

const cards = ['tok_visa', 'tok_declined', 'tok_processing_error', 'tok_not_sent', 'tok_flaky', 'tok_garbage'];

/** The same hundred and twenty calls at an acquirer in bad health, on an empty record. */
async function story(seed?: string): Promise<string[]> {
  const sandbox = await Sandbox.start(await createDatabase(), seed === undefined ? {} : { SANDBOX_SEED: seed });
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

test('the same tokens, keys and seed give the same answers on another machine', async () => {
  const first = await story('7');
  expect(new Set(first).size).toBeGreaterThan(20);
  expect(await story('7')).toEqual(first);
});

test('another seed gives other answers, and the seed is 1 unless set', async () => {
  const unset = await story();
  expect(await story('1')).toEqual(unset);
  expect(await story('2')).not.toEqual(unset);
});
