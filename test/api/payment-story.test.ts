import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { ask, openMerchantDoor, type HttpAnswer, type MerchantDoor } from '../support/merchant-door.ts';
import { startNats, type TestNats } from '../support/nats.ts';
import { startApiHere, startOrchestratorHere, startSandboxHere } from '../support/services.ts';

let database: TestDatabase;
let nats: TestNats;
let api: NestFastifyApplication;
let orchestrator: NestFastifyApplication;
let sandbox: NestFastifyApplication;
let door: MerchantDoor;

beforeAll(async () => {
  database = await createDatabase();
  nats = await startNats();
  sandbox = await startSandboxHere({ database });
  const sandboxUrl = await sandbox.getUrl();
  // Nobody answers for risk here: the policy decides after 100 ms, up to 1 000.00 EUR by letting go on.
  const environment = { FRAUD_DEADLINE_MS: '100', ACQUIRER_TIMEOUT_MS: '500' };
  orchestrator = await startOrchestratorHere({ database, nats, sandboxUrl, environment });
  api = await startApiHere({ database, nats });
  door = await openMerchantDoor(api);
});

afterAll(async () => {
  for (const app of [api, orchestrator, sandbox]) await app.close();
  await nats.stop();
  await database.drop();
});

const paymentFields = `id status allowedActions captureMethod metadata
  amount { minor decimal currency } authorized { decimal } captured { decimal } refunded { decimal }
  attempts { number acquirer operation outcome declineCode routedBecause startedAt finishedAt }
  captures { id amount { decimal } status final } refunds { id amount { decimal } status reason }
  risk { decision score reasons } settlement { status batchId }
  decline { code message retryable source }
  timeline { at kind summary details }`;

const userErrorFields = `__typename code message path docsUrl
  ... on InvalidStateError { currentStatus allowedActions }
  ... on AmountExceededError { available { minor decimal currency } }
  ... on IdempotencyConflictError { firstSeenAt }`;

interface Payment {
  readonly id: string;
  readonly status: string;
  readonly timeline: readonly { readonly at: string; readonly kind: string; readonly summary: string }[];
  readonly [field: string]: unknown;
}

interface Payload {
  readonly payment: Payment | null;
  readonly capture?: Readonly<Record<string, unknown>> | null;
  readonly refund?: Readonly<Record<string, unknown>> | null;
  readonly userErrors: readonly Readonly<Record<string, unknown>>[];
}

let sent = 0;

function send(
  mutation: string,
  inputType: string,
  made: string,
  input: object,
): Promise<HttpAnswer<{ outcome: Payload }>> {
  sent += 1;
  const query = `mutation ($input: ${inputType}!) {
    outcome: ${mutation}(input: $input) { payment { ${paymentFields} } ${made} userErrors { ${userErrorFields} } }
  }`;
  return ask<{ outcome: Payload }>(door, query, { input: { idempotencyKey: `key-${sent}`, ...input } });
}

const movement = 'id amount { decimal } status';

const create = (input: object = {}): ReturnType<typeof send> =>
  send('createPayment', 'CreatePaymentInput', '', {
    reference: `order-${sent}`,
    amount: { minor: 1099, currency: 'EUR' },
    source: { cardToken: 'tok_visa' },
    ...input,
  });
const capture = (paymentId: string, input: object = {}): ReturnType<typeof send> =>
  send('capturePayment', 'CapturePaymentInput', `capture { ${movement} final }`, { paymentId, ...input });
const voidPayment = (paymentId: string, input: object = {}): ReturnType<typeof send> =>
  send('voidPayment', 'VoidPaymentInput', '', { paymentId, ...input });
const refund = (paymentId: string, input: object = {}): ReturnType<typeof send> =>
  send('refundPayment', 'RefundPaymentInput', `refund { ${movement} reason }`, { paymentId, ...input });

function paymentOf(answer: HttpAnswer<{ outcome: Payload }>): Payment {
  expect(answer.errors).toEqual([]);
  expect(answer.data?.outcome.userErrors).toEqual([]);
  const payment = answer.data?.outcome.payment;
  if (payment === null || payment === undefined) throw new Error('there is a payment');
  return payment;
}

const storyOf = ({ timeline }: Payment): string[] => timeline.map(({ kind, summary }) => `${kind}: ${summary}`);
const euros = (minor: number): object => ({ minor, currency: 'EUR' });
const anyMs = /after \d+ ms/g;

describe('an automatic payment', () => {
  test('is captured in one call, and everything about it can be read', async () => {
    const payment = paymentOf(await create({ metadata: { cart: 'c-17', items: [1, 2] } }));
    expect(payment).toMatchObject({
      status: 'CAPTURED',
      allowedActions: ['REFUND'],
      captureMethod: 'AUTOMATIC',
      metadata: { cart: 'c-17', items: [1, 2] },
      amount: { minor: 1099, decimal: '10.99', currency: 'EUR' },
      authorized: { decimal: '10.99' },
      captured: { decimal: '10.99' },
      refunded: { decimal: '0.00' },
      attempts: [
        { number: 1, acquirer: 'alpha', operation: 'AUTHORIZE', outcome: 'APPROVED', declineCode: null },
        { number: 2, acquirer: 'alpha', operation: 'CAPTURE', outcome: 'APPROVED', declineCode: null },
      ],
      captures: [
        { id: expect.stringMatching(/^cap_/), amount: { decimal: '10.99' }, status: 'SUCCEEDED', final: true },
      ],
      refunds: [],
      risk: {
        decision: 'ALLOW',
        score: 0,
        reasons: [expect.stringContaining('risk_silent'), expect.stringContaining('within_floor')],
      },
      settlement: { status: 'PENDING', batchId: null },
      decline: null,
    });
  });

  test('tells its story in order, and says that the policy decided while risk was silent', async () => {
    const payment = paymentOf(await create({ reference: 'story' }));
    expect(storyOf(payment).map((line) => line.replace(anyMs, 'after … ms'))).toEqual([
      'payment.created: Accepted 10.99 EUR for story, to be captured as soon as it is authorized.',
      'payment.risk_assessed: Fraud detection did not answer in time, so the written policy decided: the payment goes on, because the amount is within the merchant’s floor.',
      'attempt.authorize: Asked alpha to authorize 10.99 EUR: approved after … ms.',
      'payment.authorized: alpha authorized 10.99 EUR.',
      'attempt.capture: Asked alpha to capture 10.99 EUR: approved after … ms.',
      'payment.captured: alpha captured 10.99 EUR.',
    ]);
    const times = payment.timeline.map(({ at }) => at);
    expect(times).toEqual(times.toSorted());
    expect(JSON.stringify(payment)).not.toContain('tok_visa');
  });

  test('that is declined tells who said no and why', async () => {
    const payment = paymentOf(await create({ source: { cardToken: 'tok_insufficient_funds' } }));
    expect(payment).toMatchObject({
      status: 'DECLINED',
      allowedActions: [],
      decline: { code: 'insufficient_funds', retryable: true, source: 'ISSUER' },
      attempts: [{ operation: 'AUTHORIZE', outcome: 'DECLINED', declineCode: 'insufficient_funds' }],
      settlement: null,
    });
    expect(
      storyOf(payment)
        .slice(2)
        .map((line) => line.replace(anyMs, 'after … ms')),
    ).toEqual([
      'attempt.authorize: Asked alpha to authorize 10.99 EUR: declined (insufficient_funds) after … ms.',
      expect.stringMatching(/^payment\.declined: Declined by the card’s bank: /),
    ]);
  });

  test('above the floor waits for a person while risk is silent', async () => {
    const payment = paymentOf(await create({ amount: euros(100_001) }));
    expect(payment).toMatchObject({ status: 'IN_REVIEW', allowedActions: ['VOID'], attempts: [] });
    expect(storyOf(payment)[1]).toMatch(
      /written policy decided: a person looks at the payment first, because the amount is above/,
    );
    expect(paymentOf(await voidPayment(payment.id))).toMatchObject({ status: 'VOIDED' });
  });

  test('whose capture is refused gives the hold back, in order', async () => {
    const payment = paymentOf(await create({ source: { cardToken: 'tok_capture_declined' } }));
    const kinds = payment.timeline.map(({ kind }) => kind);
    expect(kinds.slice(0, 8)).toEqual([
      'payment.created',
      'payment.risk_assessed',
      'attempt.authorize',
      'payment.authorized',
      'attempt.capture',
      'payment.capture_failed',
      'attempt.void',
      'payment.failed',
    ]);
    expect(payment.status).toBe('FAILED');
  });

  test('answers at once when it is not to wait', async () => {
    expect(paymentOf(await create({ awaitOutcomeMs: 0 })).status).toBe('PROCESSING');
  });
});

describe('a manual payment', () => {
  test('is captured in parts, refunded in parts, and tells of each', async () => {
    const { id, status } = paymentOf(await create({ captureMethod: 'MANUAL', reference: 'parts' }));
    expect(status).toBe('AUTHORIZED');

    const first = await capture(id, { amount: euros(400), final: false });
    expect(paymentOf(first)).toMatchObject({
      status: 'PARTIALLY_CAPTURED',
      allowedActions: ['CAPTURE', 'VOID', 'REFUND'],
    });
    expect(first.data?.outcome.capture).toMatchObject({
      amount: { decimal: '4.00' },
      status: 'SUCCEEDED',
      final: false,
    });

    const tooMuch = await capture(id, { amount: euros(700) });
    expect(tooMuch.data?.outcome).toMatchObject({
      payment: null,
      capture: null,
      userErrors: [
        {
          __typename: 'AmountExceededError',
          code: 'AMOUNT_EXCEEDED',
          available: { minor: 699, decimal: '6.99', currency: 'EUR' },
        },
      ],
    });

    const rest = await capture(id);
    expect(paymentOf(rest)).toMatchObject({ status: 'CAPTURED', captured: { decimal: '10.99' } });
    expect(rest.data?.outcome.capture).toMatchObject({ amount: { decimal: '6.99' }, final: true });

    const refunded = await refund(id, { amount: euros(100), reason: 'one item came broken' });
    expect(paymentOf(refunded)).toMatchObject({ status: 'PARTIALLY_REFUNDED', refunded: { decimal: '1.00' } });
    expect(refunded.data?.outcome.refund).toMatchObject({
      amount: { decimal: '1.00' },
      reason: 'one item came broken',
    });

    const payment = paymentOf(await refund(id));
    expect(payment).toMatchObject({ status: 'REFUNDED', allowedActions: [] });
    expect(storyOf(payment).filter((line) => line.startsWith('payment.refund'))).toEqual([
      'payment.refund_requested: The merchant asked to refund 1.00 EUR, because: one item came broken.',
      'payment.refunded: alpha refunded 1.00 EUR.',
      'payment.refund_requested: The merchant asked to refund 9.99 EUR.',
      'payment.refunded: alpha refunded 9.99 EUR.',
    ]);
  });

  test('is voided, and then nothing more can be asked of it', async () => {
    const { id } = paymentOf(await create({ captureMethod: 'MANUAL' }));
    const payment = paymentOf(await voidPayment(id, { reason: 'out of stock' }));
    expect(payment).toMatchObject({ status: 'VOIDED', allowedActions: [] });
    expect(
      storyOf(payment)
        .slice(-3)
        .map((line) => line.replace(anyMs, 'after … ms')),
    ).toEqual([
      'payment.void_requested: The merchant asked to release the hold, because: out of stock.',
      'attempt.void: Asked alpha to void 10.99 EUR: approved after … ms.',
      'payment.voided: The hold of 10.99 EUR was released.',
    ]);
    expect((await capture(id)).data?.outcome.userErrors).toEqual([
      expect.objectContaining({
        __typename: 'InvalidStateError',
        code: 'INVALID_STATE',
        currentStatus: 'VOIDED',
        allowedActions: [],
        path: ['input', 'paymentId'],
        docsUrl: expect.stringMatching(/\/docs\/errors#invalid_state$/),
      }),
    ]);
  });

  test('of another merchant is not found', async () => {
    const { id } = paymentOf(await create({ captureMethod: 'MANUAL' }));
    const own = door;
    door = await openMerchantDoor(api);
    try {
      for (const outcome of await Promise.all([capture(id), voidPayment(id), refund(id)])) {
        expect(outcome.data?.outcome.userErrors).toEqual([
          expect.objectContaining({ __typename: 'NotFoundError', code: 'NOT_FOUND' }),
        ]);
      }
    } finally {
      door = own;
    }
  });
});

describe('the same key', () => {
  test('again brings the same payment as it stands, and says that it is a replay', async () => {
    const input = { idempotencyKey: 'same', reference: 'same', captureMethod: 'MANUAL' };
    const first = await create(input);
    expect(first.extensions).toEqual({ idempotency: { replayed: false } });
    await capture(paymentOf(first).id);
    const again = await create(input);
    expect(again.extensions).toEqual({ idempotency: { replayed: true } });
    expect(paymentOf(again)).toMatchObject({ id: paymentOf(first).id, status: 'CAPTURED' });
  });

  test('with another input is a conflict that tells since when', async () => {
    await create({ idempotencyKey: 'taken', reference: 'taken' });
    const again = await create({ idempotencyKey: 'taken', reference: 'taken', amount: euros(1) });
    expect(again.data?.outcome).toMatchObject({
      payment: null,
      userErrors: [
        {
          __typename: 'IdempotencyConflictError',
          code: 'IDEMPOTENCY_KEY_REUSED',
          path: ['input', 'idempotencyKey'],
          firstSeenAt: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/),
        },
      ],
    });
    expect(again.extensions).toEqual({ idempotency: { replayed: false } });
  });

  test('of a refusal is refused again', async () => {
    await create({ reference: 'paid' });
    const input = { idempotencyKey: 'refused', reference: 'paid' };
    const refusals = [await create(input), await create(input)];
    expect(refusals[0]?.data?.outcome.userErrors).toEqual([
      expect.objectContaining({ __typename: 'ValidationError', code: 'REFERENCE_TAKEN', path: ['input', 'reference'] }),
    ]);
    expect(refusals[1]?.data).toEqual(refusals[0]?.data);
    expect(refusals.map(({ extensions }) => extensions)).toEqual([
      { idempotency: { replayed: false } },
      { idempotency: { replayed: true } },
    ]);
  });

  test('is not used up by input that could not be meant', async () => {
    const invalid = await create({ idempotencyKey: 'mended', amount: euros(0) });
    expect(invalid.data?.outcome.userErrors).toHaveLength(1);
    expect(invalid.extensions).toBeUndefined();
    expect(paymentOf(await create({ idempotencyKey: 'mended' })).status).toBe('CAPTURED');
  });
});

test('a currency that the merchant does not take is refused', async () => {
  const refused = await create({ amount: { minor: 1099, currency: 'USD' } });
  expect(refused.data?.outcome.userErrors).toEqual([
    expect.objectContaining({ code: 'CURRENCY_NOT_ENABLED', path: ['input', 'amount', 'currency'] }),
  ]);
});

test('everything of a payment is a node', async () => {
  const { id } = paymentOf(await create());
  const payment = paymentOf(await refund(id, { amount: euros(10) }));
  const [made] = payment['captures'] as { id: string }[];
  const [given] = payment['refunds'] as { id: string }[];
  const answer = await ask(
    door,
    `query ($p: ID!, $c: ID!, $r: ID!) {
      p: node(id: $p) { __typename id ... on Payment { status } }
      c: node(id: $c) { __typename id ... on Capture { amount { decimal } } }
      r: node(id: $r) { __typename id ... on Refund { amount { decimal } } }
      n: node(id: "nonsense") { id }
    }`,
    { p: id, c: made?.id, r: given?.id },
  );
  expect(answer).toMatchObject({
    errors: [],
    data: {
      p: { __typename: 'Payment', id, status: 'PARTIALLY_REFUNDED' },
      c: { __typename: 'Capture', id: made?.id, amount: { decimal: '10.99' } },
      r: { __typename: 'Refund', id: given?.id, amount: { decimal: '0.10' } },
      n: null,
    },
  });
});

test('mutations are counted by what became of them', async () => {
  const input = { idempotencyKey: 'counted', reference: 'counted' };
  await create(input);
  await create(input);
  await create({ ...input, idempotencyKey: 'counted-2' });
  const metrics = await (await fetch(`${await api.getUrl()}/metrics`)).text();
  const countOf = (result: string): number =>
    Number(
      new RegExp(`quittance_mutations_total\\{[^}]*operation="create_payment",result="${result}"[^}]*\\} (\\d+)`).exec(
        metrics,
      )?.[1],
    );
  for (const result of ['accepted', 'replayed', 'refused']) expect(countOf(result)).toBeGreaterThan(0);
});
