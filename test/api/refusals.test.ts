import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { uuidOf, type PaymentId } from '#domain';
import { Charging } from '../support/charging.ts';
import { ask, openMerchantDoor, type MerchantDoor } from '../support/merchant-door.ts';
import { ScriptedAcquirer, scriptedSecret, type ScriptedOperation } from '../support/scripted-acquirer.ts';
import { until } from '../support/until.ts';

let acquirer: ScriptedAcquirer;
let charging: Charging;
let door: MerchantDoor;

beforeAll(async () => {
  acquirer = await ScriptedAcquirer.start();
  charging = await Charging.set(async () => ({
    ACQUIRER_ALPHA_URL: acquirer.url,
    ACQUIRER_TIMEOUT_MS: '10000',
    SANDBOX_CALLBACK_SECRET: scriptedSecret,
  }));
  door = await openMerchantDoor(charging.api, charging.merchantId);
});

afterAll(async () => {
  await charging.clear();
  await acquirer.stop();
});

const eur = (minor: number): { minor: bigint; currency: 'EUR' } => ({ minor: BigInt(minor), currency: 'EUR' });

const held = (): Promise<PaymentId> => charging.pay({ amount: eur(1_000), captureMethod: 'manual' });
const captured = (): Promise<PaymentId> => charging.pay({ amount: eur(1_000) });

/** A payment of 10.00 EUR that has come to where something cannot be asked of it. */
const payments = {
  held,
  captured,
  async declined() {
    return during('authorize', refusal, () => charging.pay({ amount: eur(1_000) }));
  },
  async 'captured in part'() {
    const id = await held();
    await charging.capture(id, { amount: eur(600), final: false });
    return id;
  },
  async voided() {
    const id = await held();
    await charging.void(id);
    return id;
  },
  async expired() {
    const id = await held();
    await charging.hurry(id);
    await charging.reaches(id, 'expired');
    return id;
  },
  async refunded() {
    const id = await captured();
    await charging.refund(id);
    return id;
  },
  async 'about to be captured in part'() {
    return during('capture', 'drop_request', async () => {
      const id = await held();
      await charging.capture(id, { amount: eur(600), final: false, awaitOutcomeMs: 0 });
      return unknown(id);
    });
  },
  async 'about to be captured for the last time'() {
    return during('capture', 'drop_request', async () => {
      const id = await held();
      await charging.capture(id, { amount: eur(600), final: true, awaitOutcomeMs: 0 });
      return unknown(id);
    });
  },
  async 'about to be voided'() {
    return during('void', 'drop_request', async () => {
      const id = await held();
      await charging.void(id, { awaitOutcomeMs: 0 });
      return unknown(id);
    });
  },
  async 'about to be refunded'() {
    return during('refund', 'drop_request', async () => {
      const id = await captured();
      await charging.refund(id, { awaitOutcomeMs: 0 });
      return unknown(id);
    });
  },
  async disputed() {
    const id = await captured();
    const { rows } = await charging.owner.query<{ reference: string }>(
      `SELECT acquirer_reference AS reference FROM payments.attempt WHERE payment_id = $1 AND operation = 'authorize'`,
      [uuidOf(id)],
    );
    const data = {
      disputeId: `dp_${id}`,
      authorizationId: rows[0]?.reference,
      reference: id,
      amountMinor: 400,
      currency: 'EUR',
      reason: 'product_not_received',
      evidenceDueAt: new Date(Date.now() + 86_400_000).toISOString(),
    };
    await acquirer.tell(await charging.orchestrator.getUrl(), 'dispute.opened', data);
    return id;
  },
} satisfies Readonly<Record<string, () => Promise<PaymentId>>>;

const refusal = { status: 'declined', declineCode: 'do_not_honor', soft: false, message: 'no' } as const;

/** Has the acquirer play this at the operation until it is prepared. */
async function during(
  operation: ScriptedOperation,
  play: 'drop_request' | typeof refusal,
  prepare: () => Promise<PaymentId>,
): Promise<PaymentId> {
  acquirer.play = (call) => (call.operation === operation ? play : 'answer');
  try {
    return await prepare();
  } finally {
    acquirer.play = () => 'answer';
  }
}

/** Until the connection has been cut, and nobody knows what became of it. The next look is two seconds away. */
async function unknown(id: PaymentId): Promise<PaymentId> {
  await until('the outcome to be unknown', async () =>
    (await charging.attemptsOf(id)).some(({ state }) => state === 'outcome_unknown'),
  );
  // What is only found out by asking stays unknown for as long as the test looks.
  await charging.owner.query(
    `UPDATE payments.saga SET next_run_at = next_run_at + interval '1 hour' WHERE payment_id = $1 AND step <> 'ended'`,
    [uuidOf(id)],
  );
  return id;
}

type Mutation = 'capturePayment' | 'voidPayment' | 'refundPayment' | 'increaseAuthorization';

interface Told {
  readonly __typename: string;
  readonly code: string;
  readonly path: readonly string[];
  readonly currentStatus?: string;
  readonly allowedActions?: readonly string[];
  readonly available?: { readonly minor: number };
}

const selection = `payment { id } userErrors { __typename code path
  ... on InvalidStateError { currentStatus allowedActions }
  ... on AmountExceededError { available { minor } } }`;

async function told(mutation: Mutation, input: object): Promise<readonly Told[]> {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  const answer = await ask<{ outcome: { payment: unknown; userErrors: readonly Told[] } }>(
    door,
    `mutation ($input: ${type}!) { outcome: ${mutation}(input: $input) { ${selection} } }`,
    { input },
  );
  expect(answer.errors).toEqual([]);
  return answer.data?.outcome.userErrors ?? [];
}

/** All that is written of a payment. */
async function writtenOf(id: PaymentId): Promise<unknown> {
  const { rows } = await charging.owner.query(
    `SELECT to_jsonb(payment) AS payment,
       (SELECT jsonb_agg(capture ORDER BY id) FROM payments.capture WHERE payment_id = payment.id) AS captures,
       (SELECT jsonb_agg(refund ORDER BY id) FROM payments.refund WHERE payment_id = payment.id) AS refunds,
       (SELECT count(*) FROM payments.event WHERE aggregate_id = payment.id) AS events,
       (SELECT count(*) FROM payments.attempt WHERE payment_id = payment.id) AS attempts,
       (SELECT count(*) FROM payments.saga WHERE payment_id = payment.id) AS sagas
     FROM payments.payment WHERE id = $1`,
    [uuidOf(id)],
  );
  return rows;
}

const state = (currentStatus: string, ...allowedActions: readonly string[]): Told => ({
  __typename: 'InvalidStateError',
  code: 'INVALID_STATE',
  path: ['input', 'paymentId'],
  currentStatus,
  allowedActions,
});
const exceeded = (minor: number): Told => ({
  __typename: 'AmountExceededError',
  code: 'AMOUNT_EXCEEDED',
  path: ['input', 'amount'],
  available: { minor },
});
const otherCurrency: Told = {
  __typename: 'ValidationError',
  code: 'INVALID_INPUT',
  path: ['input', 'amount', 'currency'],
};

const table: readonly (readonly [Mutation, keyof typeof payments, string | undefined, Told])[] = [
  ['capturePayment', 'held', '1001 EUR', exceeded(1_000)],
  ['capturePayment', 'captured in part', '401 EUR', exceeded(400)],
  ['capturePayment', 'about to be captured in part', '401 EUR', exceeded(400)],
  ['capturePayment', 'about to be captured for the last time', '1 EUR', state('AUTHORIZED')],
  ['capturePayment', 'held', '1000 JPY', otherCurrency],
  ['capturePayment', 'captured', undefined, state('CAPTURED', 'REFUND')],
  ['capturePayment', 'voided', undefined, state('VOIDED')],
  ['capturePayment', 'about to be voided', undefined, state('AUTHORIZED')],
  ['capturePayment', 'expired', undefined, state('EXPIRED')],
  ['capturePayment', 'declined', undefined, state('DECLINED')],
  ['capturePayment', 'refunded', undefined, state('REFUNDED')],

  ['voidPayment', 'captured', undefined, state('CAPTURED', 'REFUND')],
  ['voidPayment', 'about to be captured in part', undefined, state('AUTHORIZED', 'CAPTURE')],
  ['voidPayment', 'about to be captured for the last time', undefined, state('AUTHORIZED')],
  ['voidPayment', 'expired', undefined, state('EXPIRED')],
  ['voidPayment', 'declined', undefined, state('DECLINED')],
  ['voidPayment', 'refunded', undefined, state('REFUNDED')],

  ['refundPayment', 'held', undefined, state('AUTHORIZED', 'CAPTURE', 'VOID')],
  ['refundPayment', 'about to be captured in part', undefined, state('AUTHORIZED', 'CAPTURE')],
  ['refundPayment', 'captured', '1001 EUR', exceeded(1_000)],
  ['refundPayment', 'captured in part', '601 EUR', exceeded(600)],
  ['refundPayment', 'about to be refunded', '1 EUR', exceeded(0)],
  ['refundPayment', 'refunded', '1 EUR', exceeded(0)],
  ['refundPayment', 'disputed', '1 EUR', state('CAPTURED')],
  ['refundPayment', 'captured', '1 JPY', otherCurrency],
  ['refundPayment', 'voided', undefined, state('VOIDED')],
  ['refundPayment', 'declined', undefined, state('DECLINED')],

  ['increaseAuthorization', 'captured', '1 EUR', state('CAPTURED', 'REFUND')],
  ['increaseAuthorization', 'captured in part', '1 EUR', state('PARTIALLY_CAPTURED', 'CAPTURE', 'VOID', 'REFUND')],
  ['increaseAuthorization', 'about to be captured in part', '1 EUR', state('AUTHORIZED', 'CAPTURE')],
  ['increaseAuthorization', 'voided', '1 EUR', state('VOIDED')],
  ['increaseAuthorization', 'expired', '1 EUR', state('EXPIRED')],
  ['increaseAuthorization', 'held', '1 JPY', otherCurrency],
  ['increaseAuthorization', 'held', '9007199254740991 EUR', exceeded(9_007_199_254_739_991)],
];

describe('what a payment cannot do is told with what it can, and nothing is written', () => {
  test.each(table)('%s, %s, of %s', async (mutation, prepared, asked, expected) => {
    const paymentId = await payments[prepared]();
    const before = await writtenOf(paymentId);
    const [minor, currency] = asked?.split(' ') ?? [];
    const amount = asked === undefined ? {} : { amount: { minor: Number(minor), currency } };
    const input = { idempotencyKey: `bad ${paymentId}`, paymentId, awaitOutcomeMs: 0, ...amount };
    expect(await told(mutation, input)).toEqual([expected]);
    expect(await told(mutation, input)).toEqual([expected]);
    expect(await writtenOf(paymentId)).toEqual(before);
  });
});
