import type { INestApplication } from '@nestjs/common';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FraudEventData } from '#contracts';
import type { PaymentId } from '#domain';
import { CardUseReaper } from '../../apps/fraud/src/schedules/card-use-reaper.ts';
import { newId, paymentCreated, type PaymentFacts } from '../support/payment-events.ts';
import { Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';
import { startFraud } from './fraud-service.ts';

type Assessed = FraudEventData<'payment.assessed'>;

let stage: Stage;
let service: INestApplication;

beforeAll(async () => {
  stage = await Stage.set('fraud', startFraud, ['fraud']);
  service = await stage.enter();
});

afterAll(() => stage.clear());

async function assessmentOf(facts: Partial<PaymentFacts>): Promise<Assessed> {
  const paymentId = newId('pay');
  await stage.streams.publish('payments', paymentCreated({ ...facts, paymentId }));
  return until(`the assessment of ${paymentId}`, () => heardAbout(paymentId)[0]);
}

function heardAbout(...paymentIds: readonly PaymentId[]): Assessed[] {
  return stage.streams
    .heardOf<Assessed>('fraud.v1.payment.assessed')
    .filter((event) => paymentIds.includes(event.subject as PaymentId))
    .map((event) => event.data);
}

const limited = { feeBasisPoints: 290, feeFixed: 30, riskLimit: 50_000, riskFloor: 5_000 };

describe('a payment is assessed', () => {
  const policy: [string, Partial<PaymentFacts>, string, number, string[]][] = [
    ['an ordinary one', {}, 'allow', 0, []],
    ['at its merchant’s limit', { amount: 50_000, terms: limited }, 'allow', 0, []],
    [
      'over its merchant’s limit',
      { amount: 50_001, terms: limited },
      'review',
      60,
      ['amount_over_limit: 500.01 EUR, limit 500.00'],
    ],
    [
      'over the limit in a currency without decimals',
      { amount: 50_001, terms: limited, currency: 'JPY' },
      'review',
      60,
      ['amount_over_limit: 50001 JPY, limit 50000'],
    ],
    ['with a card of high risk', { cardToken: 'tok_high_risk' }, 'block', 95, ['card_token: score 95']],
    ['with a card to look at', { cardToken: 'tok_review' }, 'review', 70, ['card_token: score 70']],
  ];

  test.each(policy)('%s', async (_name, facts, decision, score, reasons) => {
    const assessed = await assessmentOf({ cardToken: newId('tok'), ...facts });
    expect(assessed).toMatchObject({ decision, score, reasons, ruleVersion: 1 });
  });

  test('by one event, the first of its payment', async () => {
    const { paymentId } = await assessmentOf({});
    const [event] = stage.streams.heardOf('fraud.v1.payment.assessed').filter(({ subject }) => subject === paymentId);
    expect(event).toMatchObject({ source: 'quittance/fraud', aggregateversion: 1 });
  });

  test('without its card in what is said about it', async () => {
    const { paymentId } = await assessmentOf({ cardToken: 'tok_high_risk' });
    const said = stage.streams.heardOf('fraud.v1.payment.assessed').filter(({ subject }) => subject === paymentId);
    expect(JSON.stringify(said)).not.toContain('tok_');
  });

  test('and what was known then is kept', async () => {
    const merchantId = newId('mer');
    await assessmentOf({ merchantId, cardToken: newId('tok'), amount: 777 });
    const rows = await stage.query(
      `SELECT amount, amount_limit, currency, card_payments, decision, score, reasons FROM fraud.assessment
       WHERE amount = 777`,
    );
    expect(rows).toEqual([
      {
        amount: '777',
        amount_limit: '100000',
        currency: 'EUR',
        card_payments: '1',
        decision: 'allow',
        score: 0,
        reasons: [],
      },
    ]);
  });
});

describe('the service', () => {
  test('may not change or take back what it decided', async () => {
    await assessmentOf({});
    const client = new pg.Client({ connectionString: stage.database.urlFor('fraud') });
    await client.connect();
    for (const statement of [
      `UPDATE fraud.assessment SET decision = 'allow'`,
      'DELETE FROM fraud.assessment',
      'DELETE FROM fraud.event',
      'TRUNCATE fraud.assessment',
      'SELECT 1 FROM payments.payment',
    ]) {
      await expect(client.query(statement), statement).rejects.toThrow('permission denied');
    }
    await client.end();
  });

  test('forgets the uses of a card after eight days, and no sooner', async () => {
    const cardToken = newId('tok');
    const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
    for (const days of [9, 8.01, 7.99, 0]) await assessmentOf({ cardToken, at: daysAgo(days) });
    await service.get(CardUseReaper).reap();
    const rows = await stage.query<{ second: Date }>(
      'SELECT second FROM fraud.card_use WHERE card_token = $1 ORDER BY second',
      [cardToken],
    );
    expect(rows.map(({ second }) => Math.round((Date.now() - second.getTime()) / 86_400_000))).toEqual([8, 0]);
  });
});
