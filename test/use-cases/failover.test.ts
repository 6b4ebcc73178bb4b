import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { PaymentId } from '#domain';
import { Charging } from '../support/charging.ts';
import { ScriptedAcquirer, type Play } from '../support/scripted-acquirer.ts';
import { until } from '../support/until.ts';

const names = ['alpha', 'beta', 'gamma', 'delta'] as const;
let acquirers: readonly ScriptedAcquirer[];
let charging: Charging;

beforeAll(async () => {
  acquirers = await Promise.all(names.slice(0, 3).map(() => ScriptedAcquirer.start()));
  const [alpha, beta, gamma] = acquirers;
  charging = await Charging.set(async () => ({
    ACQUIRER_ALPHA_URL: alpha?.url ?? '',
    ACQUIRER_BETA_URL: beta?.url ?? '',
    ACQUIRER_GAMMA_URL: gamma?.url ?? '',
  }));
});

afterEach(() => {
  for (const acquirer of acquirers) {
    acquirer.play = () => 'answer';
    acquirer.tells = () => true;
  }
});

afterAll(async () => {
  await charging.clear();
  for (const acquirer of acquirers) await acquirer.stop();
});

function everybody(play: Play): void {
  for (const acquirer of acquirers) acquirer.play = (call) => (call.operation === 'authorize' ? play : 'answer');
}

/** Who was asked to authorize, in their order, and what came of each. */
async function asked(id: PaymentId): Promise<string[]> {
  const attempts = (await charging.attemptsOf(id)).filter(({ operation }) => operation === 'authorize');
  return attempts.map(({ acquirer, state }) => `${acquirer} ${state}`);
}

/**
 * The policy by hand: with which of our codes every acquirer declines, and how often a payment is declined before it ends.
 * Hard ones are never tried again; soft ones that another acquirer may see otherwise, twice at most.
 */
const declines: readonly (readonly [code: string, asked: number])[] = [
  ['generic_decline', 1],
  ['insufficient_funds', 1],
  ['limit_exceeded', 1],
  ['issuer_unavailable', 3],
  ['processing_error', 3],
  ['rate_limited', 3],
  ['lost_card', 1],
  ['stolen_card', 1],
  ['fraudulent', 1],
  ['do_not_honor', 1],
  ['expired_card', 1],
  ['incorrect_number', 1],
  ['incorrect_cvc', 1],
  ['card_not_supported', 1],
  ['authentication_failed', 1],
  ['amount_not_allowed', 1],
  ['request_refused', 1],
  ['a code that nobody knows', 1],
];

describe('declined by everybody who is asked', () => {
  test.each(declines)('with %s: %d are asked', async (declineCode, times) => {
    everybody({ status: 'declined', declineCode, soft: true, message: 'no' });
    const id = await charging.pay();
    expect(await charging.stateOf(id)).toBe('declined');
    expect(await asked(id)).toEqual(names.slice(0, times).map((name) => `${name} declined`));
  });
});

test('declined softly by the first, approved by the second: captured there, and held nowhere else', async () => {
  const [first] = acquirers;
  if (first) first.play = () => ({ status: 'declined', declineCode: 'processing_error', soft: true, message: 'no' });
  const id = await charging.pay();
  expect(await charging.attemptsInShort(id)).toEqual(['authorize declined', 'authorize approved', 'capture approved']);
  expect(await asked(id)).toEqual(['alpha declined', 'beta approved']);
  expect(acquirers[1]?.doneFor(id)).toEqual(['authorize', 'capture']);
  expect(await charging.eventsOf(id)).toEqual(['created', 'risk_assessed', 'authorized', 'captured']);
});

test('surely not sent to the first: the second is asked', async () => {
  const [first] = acquirers;
  if (first) first.play = () => 'not_processed';
  const id = await charging.pay();
  expect(await asked(id)).toEqual(['alpha not_sent', 'beta approved']);
});

test('an unknown outcome stays with the acquirer that was asked, however long it takes', async () => {
  const [first] = acquirers;
  if (first) {
    first.play = (call) => (call.operation === 'authorize' ? 'silent' : 'answer');
    first.tells = () => false;
  }
  const id = await charging.pay({ awaitOutcomeMs: 0 });
  await until('the payment to be given up', async () => {
    const [saga] = await charging.waitingOf(id);
    if (saga?.nextAction === 'check') await charging.hurry(id);
    return (await charging.stateOf(id)) === 'failed' ? true : undefined;
  });
  expect(await asked(id)).toEqual(['alpha outcome_unknown']);
});

test('sent and lost, not found, then surely not sent the second time: the same key again, never another', async () => {
  const [first] = acquirers;
  const plays: Play[] = ['drop_request', 'not_processed', 'not_processed'];
  if (first) first.play = (call) => (call.operation === 'capture' ? (plays.shift() ?? 'answer') : 'answer');
  const id = await charging.pay({ awaitOutcomeMs: 0 });
  await until('the payment to be captured', async () => {
    const [saga] = await charging.waitingOf(id);
    const captures = (await charging.attemptsOf(id)).filter(({ operation }) => operation === 'capture');
    if (saga?.nextAction === 'check' && captures[0]?.state === 'outcome_unknown') await charging.hurry(id);
    return (await charging.stateOf(id)) === 'captured' ? true : undefined;
  });
  expect(
    new Set(
      first?.calls
        .filter(({ operation, reference }) => operation === 'capture' && reference === id)
        .map(({ key }) => key),
    ).size,
  ).toBe(1);
  expect(await charging.attemptsInShort(id)).toEqual(['authorize approved', 'capture approved']);
});

describe('while nobody can be asked', () => {
  test('a payment waits in line, and goes on when one returns', async () => {
    everybody('not_processed');
    const id = await charging.pay({ awaitOutcomeMs: 0 });
    await until('everybody to have been asked twice', async () =>
      (await charging.attemptsOf(id)).length >= 6 ? true : undefined,
    );
    expect(await charging.stateOf(id)).toBe('processing');
    const [, , third] = acquirers;
    if (third) third.play = () => 'answer';
    await charging.reaches(id, 'captured');
    expect((await asked(id)).at(-1)).toBe('gamma approved');
  });

  test('a merchant without patience hears at once that nothing was taken', async () => {
    everybody('not_processed');
    await charging.owner.query(`UPDATE payments.merchant SET patience_ms = 0`);
    // The API remembers what was agreed with a merchant for less than a second.
    const id = await until('the new patience to be known', async () => {
      const paid = await charging.pay({ awaitOutcomeMs: 2_000 });
      const { rows } = await charging.owner.query(
        `SELECT 1 FROM payments.payment WHERE terms ->> 'patienceMs' = '0' ORDER BY created_at DESC LIMIT 1`,
      );
      return rows.length === 0 ? undefined : paid;
    });
    await charging.reaches(id, 'failed');
    expect(await asked(id)).toEqual(['alpha not_sent', 'beta not_sent', 'gamma not_sent']);
  });
});
