import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DisputeStage, type ChargedPayment } from '../support/dispute-stage.ts';
import { ask, openMerchantDoor } from '../support/merchant-door.ts';

let stage: DisputeStage;

beforeAll(async () => {
  stage = await DisputeStage.set();
});

afterAll(() => stage.clear());

const disputeFields = 'id amount { decimal currency } status reason evidenceDueAt openedAt closedAt';

interface Dispute {
  readonly id: string;
  readonly [field: string]: unknown;
}

interface Payment {
  readonly allowedActions: readonly string[];
  readonly disputes: readonly Dispute[];
  readonly timeline: readonly { readonly kind: string; readonly summary: string; readonly details: object }[];
}

async function look({ id }: ChargedPayment): Promise<Payment> {
  const query = `query ($id: ID!) {
    payment(id: $id) { allowedActions disputes { ${disputeFields} } timeline { kind summary details } }
  }`;
  const answer = await ask<{ payment: Payment }>(stage.door, query, { id });
  expect(answer.errors).toEqual([]);
  if (!answer.data) throw new Error('there is data');
  return answer.data.payment;
}

async function openDispute(): Promise<{ payment: ChargedPayment; dispute: string; id: string }> {
  const payment = await stage.charge();
  const dispute = stage.newDispute();
  await stage.hear(stage.opened(payment, dispute));
  const [shown] = (await look(payment)).disputes;
  if (shown === undefined) throw new Error('it was opened');
  return { payment, dispute, id: shown.id };
}

interface Outcome {
  readonly payment: { readonly id: string } | null;
  readonly dispute: Dispute | null;
  readonly userErrors: readonly Readonly<Record<string, unknown>>[];
}

let keys = 0;

async function submit(input: object, door = stage.door) {
  keys += 1;
  const answer = await ask<{ outcome: Outcome }>(
    door,
    `mutation ($input: SubmitDisputeEvidenceInput!) {
      outcome: submitDisputeEvidence(input: $input) {
        payment { id } dispute { ${disputeFields} }
        userErrors { __typename code message path docsUrl ... on InvalidStateError { currentStatus allowedActions } }
      }
    }`,
    { input: { idempotencyKey: `evidence-${keys}`, text: 'Delivered on Monday.', ...input } },
  );
  expect(answer.errors).toEqual([]);
  if (!answer.data) throw new Error('there is data');
  return { ...answer.data.outcome, extensions: answer.extensions };
}

describe('a disputed payment', () => {
  test('shows the dispute while it is open, and that nothing can be refunded', async () => {
    const payment = await stage.charge();
    expect(await look(payment)).toMatchObject({ disputes: [], allowedActions: ['REFUND'] });
    await stage.hear(stage.opened(payment, stage.newDispute()));
    expect(await look(payment)).toMatchObject({
      allowedActions: [],
      disputes: [
        {
          id: expect.stringMatching(/^dsp_/),
          amount: { decimal: '4.00', currency: 'EUR' },
          status: 'OPENED',
          reason: 'product_not_received',
          evidenceDueAt: expect.stringMatching(/Z$/),
          openedAt: expect.stringMatching(/Z$/),
          closedAt: null,
        },
      ],
    });
  });

  test.each([
    ['won', 'WON', 'The dispute of 4.00 EUR was won, and the amount is no longer held back.'],
    ['lost', 'LOST', 'The dispute of 4.00 EUR was lost, and the cardholder has the amount.'],
  ] as const)('tells its story until it is %s', async (outcome, status, ending) => {
    const { payment, dispute, id } = await openDispute();
    await submit({ disputeId: id });
    await stage.hear(stage.closed(payment, dispute, outcome));

    const { disputes, timeline, allowedActions } = await look(payment);
    expect(disputes).toMatchObject([{ id, status, closedAt: expect.stringMatching(/Z$/) }]);
    expect(allowedActions).toEqual(['REFUND']);
    expect(timeline.slice(-3)).toEqual([
      {
        kind: 'payment.dispute_opened',
        summary: expect.stringMatching(
          /^The cardholder disputes 4\.00 EUR: product_not_received\. The amount is held back; evidence is taken until .*Z\.$/,
        ),
        details: expect.objectContaining({ disputeId: id, amount: 400, currency: 'EUR', acquirer: 'alpha' }),
      },
      {
        kind: 'payment.dispute_evidence_submitted',
        summary: 'The merchant answered the dispute of 4.00 EUR; alpha is handed the evidence.',
        details: expect.objectContaining({ disputeId: id }),
      },
      { kind: `payment.dispute_${outcome}`, summary: ending, details: expect.objectContaining({ disputeId: id }) },
    ]);
  });

  test('is refunded by nobody: the refusal names the state and what is allowed', async () => {
    const { payment } = await openDispute();
    const answer = await ask<{ refundPayment: { userErrors: object[] } }>(
      stage.door,
      `mutation ($input: RefundPaymentInput!) { refundPayment(input: $input) {
        userErrors { __typename code message path docsUrl ... on InvalidStateError { currentStatus allowedActions } }
      } }`,
      { input: { idempotencyKey: `refund of ${payment.id}`, paymentId: payment.id } },
    );
    expect(answer.data?.refundPayment.userErrors).toEqual([
      {
        __typename: 'InvalidStateError',
        code: 'INVALID_STATE',
        message:
          'Nothing is refunded while a dispute is open: see `disputes`, and wait until it is closed. Nothing can be asked of it now.',
        path: ['input', 'paymentId'],
        docsUrl: expect.stringContaining('invalid_state'),
        currentStatus: 'CAPTURED',
        allowedActions: [],
      },
    ]);
  });
});

test('a settled payment waits again when it is disputed, and is settled when the batches hold that, too', async () => {
  const payment = await stage.charge();
  const settle = async (net: number): Promise<unknown> => {
    await stage.query(
      `UPDATE payments.payment SET settlement_batch_id = gen_random_uuid(), settlement_net = $2, settlement_fee = 40,
         settled_at = now() WHERE id = (SELECT payment_id FROM payments.attempt WHERE acquirer_reference = $1)`,
      [payment.authorization, net],
    );
    return statusOfSettlement();
  };
  const statusOfSettlement = async (): Promise<unknown> => {
    const answer = await ask(stage.door, 'query ($id: ID!) { payment(id: $id) { settlement { status } } }', payment);
    return answer.data?.['payment'];
  };
  const dispute = stage.newDispute();
  expect(await settle(960)).toEqual({ settlement: { status: 'SETTLED' } });
  await stage.hear(stage.opened(payment, dispute));
  expect(await statusOfSettlement()).toEqual({ settlement: { status: 'PENDING' } });
  expect(await settle(560)).toEqual({ settlement: { status: 'SETTLED' } });
  await stage.hear(stage.closed(payment, dispute, 'lost'));
  expect(await statusOfSettlement()).toEqual({ settlement: { status: 'SETTLED' } });
});

describe('node', () => {
  const find = (id: string, door = stage.door) =>
    ask(door, `query ($id: ID!) { node(id: $id) { __typename id ... on Dispute { status } } }`, { id });

  test('finds a dispute by its id', async () => {
    const { id } = await openDispute();
    expect((await find(id)).data).toEqual({ node: { __typename: 'Dispute', id, status: 'OPENED' } });
  });

  test('finds no dispute of another merchant', async () => {
    const { id } = await openDispute();
    expect((await find(id, await openMerchantDoor(stage.api))).data).toEqual({ node: null });
  });
});

describe('submitDisputeEvidence', () => {
  test('answers with the dispute as it then stands, and tells of a replay', async () => {
    const { payment, id } = await openDispute();
    const input = { disputeId: id, idempotencyKey: 'said-once' };
    const first = await submit(input);
    expect(first).toMatchObject({
      payment: { id: payment.id },
      dispute: { id, status: 'EVIDENCE_SUBMITTED' },
      userErrors: [],
      extensions: { idempotency: { replayed: false } },
    });
    expect(await submit(input)).toEqual({ ...first, extensions: { idempotency: { replayed: true } } });
  });

  test('is refused the second time, with the state of the payment', async () => {
    const { id } = await openDispute();
    await submit({ disputeId: id });
    expect(await submit({ disputeId: id })).toMatchObject({
      payment: null,
      dispute: null,
      userErrors: [
        {
          __typename: 'InvalidStateError',
          code: 'INVALID_STATE',
          message: 'There is evidence for this dispute already, and it can be submitted once.',
          path: ['input', 'disputeId'],
          currentStatus: 'CAPTURED',
          allowedActions: [],
        },
      ],
    });
  });

  test.each([
    ['an id that is none', 'nonsense'],
    ['the id of something else', 'pay_01m7xw6x1seak8sd6yf8gva7q8'],
    ['an id that nobody has', 'dsp_01m7xw6x1seak8sd6yf8gva7q8'],
  ])('does not find %s', async (_, disputeId) => {
    expect((await submit({ disputeId })).userErrors).toMatchObject([
      { __typename: 'NotFoundError', code: 'NOT_FOUND', path: ['input', 'disputeId'] },
    ]);
  });

  test('does not find the dispute of another merchant', async () => {
    const { id } = await openDispute();
    const { userErrors } = await submit({ disputeId: id }, await openMerchantDoor(stage.api));
    expect(userErrors).toMatchObject([{ code: 'NOT_FOUND', path: ['input', 'disputeId'] }]);
  });

  test.each([
    ['blank', { text: ' \n' }, 'text', 'Evidence cannot be blank'],
    ['of 4 001 characters', { text: 'x'.repeat(4_001) }, 'text', 'Evidence has 1 to 4000 characters, not 4001.'],
    ['with control characters', { text: 'a\u0000b' }, 'text', 'Evidence is plain text'],
    ['with a card number', { text: 'paid with 4242 4242 4242 4242' }, 'text', 'This looks like a card number.'],
    ['without a key', { idempotencyKey: '' }, 'idempotencyKey', 'An idempotency key has 1 to 255 characters'],
  ])('refuses evidence %s, and writes nothing', async (_, input, field, message) => {
    const { payment, id } = await openDispute();
    expect((await submit({ disputeId: id, ...input })).userErrors).toMatchObject([
      { __typename: 'ValidationError', path: ['input', field], message: expect.stringContaining(message) },
    ]);
    expect(await stage.storyOf(payment)).toEqual(['dispute_opened']);
  });

  test('takes 4 000 characters of several lines', async () => {
    const { id } = await openDispute();
    const text = 'Delivered.\n'.repeat(364).slice(0, 4_000);
    expect((await submit({ disputeId: id, text })).userErrors).toEqual([]);
  });
});
