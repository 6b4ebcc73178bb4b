import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FraudEventData } from '#contracts';
import { riskRules, uuidOf, type MerchantId, type PaymentId } from '#domain';
import { openDataSource, UnitOfWork } from '#persistence';
import type { DataSource } from 'typeorm';
import { fraudEnvironment, rulesOf } from '../../apps/fraud/src/fraud.config.ts';
import { CardUseStore, type CardUse } from '../../apps/fraud/src/stores/card-use.store.ts';
import { newId, paymentCreated } from '../support/payment-events.ts';
import { examplesSeed } from '../support/property.ts';
import { Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';
import { startFraud } from './fraud-service.ts';

type Assessed = FraudEventData<'payment.assessed'>;

const limit = 3;
const windowSeconds = 60;
const velocity = { VELOCITY_LIMIT: String(limit), VELOCITY_WINDOW_SECONDS: String(windowSeconds) };

let stage: Stage;
let dataSource: DataSource;

beforeAll(async () => {
  stage = await Stage.set('fraud', startFraud, ['fraud']);
  await stage.enter(velocity);
  await stage.enter(velocity);
  dataSource = await openDataSource({
    url: stage.database.urlFor('fraud'),
    schema: 'fraud',
    applicationName: 'velocity test',
    poolSize: 50,
    entities: [],
  });
});

afterAll(async () => {
  await dataSource.destroy();
  await stage.clear();
});

/** Notes the uses in a transaction of their own, as one batch. */
function note(uses: readonly CardUse[], seconds: number): Promise<ReadonlyMap<PaymentId, number>> {
  const unitOfWork = new UnitOfWork(dataSource, (scope) => ({ cardUses: new CardUseStore(scope.sql) }));
  return unitOfWork.run((tx) => tx.cardUses.note(uses, seconds));
}

function use(cardToken: string, second: number): CardUse {
  return { paymentId: newId('pay'), cardToken, usedAt: new Date(Date.UTC(2026, 0, 1) + second * 1_000) };
}

async function assessed(paymentId: PaymentId): Promise<Assessed> {
  return until(`the assessment of ${paymentId}`, () => {
    const all = stage.streams.heardOf<Assessed>('fraud.v1.payment.assessed');
    return all.find(({ subject }) => subject === paymentId)?.data;
  });
}

/** One after another, each when the one before has been assessed. */
async function decisionsOf(cardToken: string, seconds: readonly number[]): Promise<string[]> {
  const decisions: string[] = [];
  for (const second of seconds) {
    const { paymentId, usedAt } = use(cardToken, second);
    await stage.streams.publish('payments', paymentCreated({ paymentId, cardToken, at: usedAt }));
    decisions.push((await assessed(paymentId)).decision);
  }
  return decisions;
}

async function countsOf(merchantId: MerchantId): Promise<number[]> {
  const rows = await stage.query<{ card_payments: bigint }>(
    'SELECT card_payments FROM fraud.assessment WHERE merchant_id = $1',
    [uuidOf(merchantId)],
  );
  return rows.map((row) => Number(row.card_payments)).toSorted((first, second) => first - second);
}

const numbersTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

describe('card velocity', () => {
  test('allows what the limit allows and blocks the next', async () => {
    expect(await decisionsOf(newId('tok'), [0, 10, 20, 30])).toEqual(['allow', 'allow', 'allow', 'block']);
  });

  test('forgets what is a window old, to the second', async () => {
    const cardToken = newId('tok');
    expect(await decisionsOf(cardToken, [0, 10, 20, 59, 60, 70])).toEqual([
      'allow',
      'allow',
      'allow',
      'block', // 0, 10, 20 and itself
      'block', // 10, 20, 59 and itself
      'block', // 20, 59, 60 and itself
    ]);
    expect(await decisionsOf(cardToken, [119, 200])).toEqual(['allow', 'allow']); // 60, 70 and itself; itself alone
  });

  test('counts what was made later and arrived earlier', async () => {
    expect(await decisionsOf(newId('tok'), [30, 20, 10, 0])).toEqual(['allow', 'allow', 'allow', 'block']);
  });

  test('counts a card over all merchants, and each card by itself', async () => {
    const cardToken = newId('tok');
    const decisions = await decisionsOf(cardToken, [0, 0, 0, 0]);
    expect(decisions).toEqual(['allow', 'allow', 'allow', 'block']);
    expect(await decisionsOf(newId('tok'), [0])).toEqual(['allow']);
  });

  test('tells its figures', async () => {
    const cardToken = newId('tok');
    await decisionsOf(cardToken, [0, 1, 2]);
    const { paymentId, usedAt } = use(cardToken, 3);
    await stage.streams.publish('payments', paymentCreated({ paymentId, cardToken, at: usedAt }));
    expect(await assessed(paymentId)).toMatchObject({
      decision: 'block',
      score: 90,
      reasons: ['card_velocity: 4 payments in 60 s, limit 3'],
    });
  });

  test('judges a backlog by the time of its payments, not by the hour at which it is worked off', async () => {
    const cardToken = newId('tok');
    const hours = [0, 1, 2, 3, 4, 5].map((hour) => use(cardToken, hour * 3_600));
    const backlog = hours.map(({ paymentId, usedAt }) => paymentCreated({ paymentId, cardToken, at: usedAt }));
    await stage.streams.publish('payments', ...backlog);
    const decisions = await Promise.all(hours.map(async ({ paymentId }) => (await assessed(paymentId)).decision));
    expect(decisions).toEqual(Array.from({ length: 6 }, () => 'allow'));
  });

  test('gives 50 payments of one card, in flight at once in two processes, 50 different counts', async () => {
    const facts = { merchantId: newId('mer'), cardToken: newId('tok'), at: new Date() };
    const events = Array.from({ length: 50 }, () => paymentCreated(facts));
    await stage.streams.publish('payments', ...events);
    await until('50 counts', async () => (await countsOf(facts.merchantId)).length === 50);
    expect(await countsOf(facts.merchantId)).toEqual(numbersTo(50));
  });

  test('gives 50 transactions on one card at once 50 different counts', async () => {
    const cardToken = newId('tok');
    const counts = await Promise.all(Array.from({ length: 50 }, () => note([use(cardToken, 0)], windowSeconds)));
    const all = counts.flatMap((count) => [...count.values()]).toSorted((first, second) => first - second);
    expect(all).toEqual(numbersTo(50));
  });

  test.each(['repeatable read', 'serializable'])(
    'refuses to count at %s, where it would miss others',
    async (isolation) => {
      const unitOfWork = new UnitOfWork(dataSource, (scope) => ({ cardUses: new CardUseStore(scope.sql) }));
      const counting = unitOfWork.run(async (tx) => {
        await tx.sql.query(`SET TRANSACTION ISOLATION LEVEL ${isolation}`);
        return tx.cardUses.note([use(newId('tok'), 0)], windowSeconds);
      });
      await expect(counting).rejects.toThrow('cards are counted at read committed');
    },
  );

  test('never lets two batches with the same cards in another order wait for each other', async () => {
    const [first, second] = [newId('tok'), newId('tok')];
    const batches = Array.from({ length: 40 }, (_, index) => {
      const cards = index % 2 === 0 ? [first, second] : [second, first];
      return note(
        cards.map((card) => use(card, 0)),
        windowSeconds,
      );
    });
    await expect(Promise.all(batches)).resolves.toHaveLength(40);
  });

  test('counts an event that is delivered three times once', async () => {
    const facts = { merchantId: newId('mer'), cardToken: newId('tok'), at: new Date() };
    const event = paymentCreated(facts);
    await stage.streams.publish('payments', event, event, event);
    await until('all three', () => stage.streams.isDone('payments', 'fraud'));
    await stage.streams.publish('payments', paymentCreated(facts));
    await until('two counts', async () => (await countsOf(facts.merchantId)).length === 2);
    expect(await countsOf(facts.merchantId)).toEqual([1, 2]);
  });

  test('equals the brute-force count of any history, batch by batch', async () => {
    const cards = fc.nat(2);
    const seconds = fc.integer({ min: 0, max: 60 });
    const batches = fc.array(fc.array(fc.tuple(cards, seconds), { minLength: 1, maxLength: 6 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(batches, fc.integer({ min: 1, max: 30 }), async (history, window) => {
        const tokens = [newId('tok'), newId('tok'), newId('tok')];
        const taken: { token: string | undefined; second: number }[] = [];
        for (const batch of history) {
          const uses = batch.map(([card, second]) => use(tokens[card] ?? '', second));
          const counts = await note(uses, window);
          for (const [index, [card, second]] of batch.entries()) {
            const token = tokens[card];
            taken.push({ token, second });
            const near = taken.filter((each) => each.token === token && Math.abs(each.second - second) < window);
            expect(counts.get(uses[index]?.paymentId ?? 'pay_')).toBe(near.length);
          }
        }
      }),
      { seed: examplesSeed, numRuns: 60 },
    );
  });
});

describe('the limit', () => {
  const variables = { DATABASE_URL: 'postgresql://x@localhost/x', NATS_URL: 'nats://localhost:1', PORT: '1' };

  test('is ten payments in ten minutes unless an installation says otherwise', () => {
    expect(rulesOf(fraudEnvironment.parse(variables)).cardVelocity).toMatchObject({
      paymentsMax: 10,
      windowSeconds: 600,
    });
  });

  test('is set by the environment, and nothing else is', () => {
    const rules = rulesOf(fraudEnvironment.parse({ ...variables, ...velocity }));
    expect(rules).toEqual({
      ...riskRules,
      cardVelocity: { ...riskRules.cardVelocity, paymentsMax: limit, windowSeconds },
    });
  });

  test.each([
    ['VELOCITY_LIMIT', '0'],
    ['VELOCITY_LIMIT', 'many'],
    ['VELOCITY_WINDOW_SECONDS', '1.5'],
  ])('is refused as %s=%s', (name, value) => {
    expect(fraudEnvironment.safeParse({ ...variables, [name]: value }).error?.issues[0]?.path).toEqual([name]);
  });
});
