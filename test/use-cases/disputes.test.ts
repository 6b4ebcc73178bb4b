import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HearDispute } from '../../apps/orchestrator/src/use-cases/hear-dispute.ts';
import { uuidOf } from '#domain';
import { deferred, until } from '../support/until.ts';
import { DisputeStage, type ChargedPayment } from '../support/dispute-stage.ts';

let stage: DisputeStage;

beforeAll(async () => {
  stage = await DisputeStage.set();
});

afterAll(() => stage.clear());

describe('a dispute', () => {
  test('that is opened holds its amount back, and says so once', async () => {
    const payment = await stage.charge();
    const dispute = stage.newDispute();
    expect(await stage.hear(stage.opened(payment, dispute))).toEqual({ kind: 'heard' });
    expect(await stage.hear(stage.opened(payment, dispute))).toEqual({ kind: 'known' });

    expect(await stage.balanceOf(payment)).toBe('400 disputed, 0 charged back');
    expect(await stage.disputesOf(payment)).toEqual([`${dispute} 400 opened`]);
    const events = await stage.query<{ version: number; payload: string }>(
      `SELECT aggregate_version AS version, payload FROM payments.event
       WHERE aggregate_id = $1 AND type = 'payment.dispute_opened'`,
      [uuidOf(payment.id)],
    );
    expect(events.map(({ version, payload }) => ({ version, ...(JSON.parse(payload) as object) }))).toEqual([
      {
        version: 5,
        payment: expect.objectContaining({ id: payment.id, status: 'CAPTURED', captured: 1_000 }),
        disputeId: expect.stringMatching(/^dsp_[0-9a-z]{26}$/),
        amount: 400,
        acquirer: 'alpha',
        reason: 'product_not_received',
        evidenceDueAt: expect.stringMatching(/Z$/),
      },
    ]);
  });

  test.each([
    ['won', '0 disputed, 0 charged back'],
    ['lost', '0 disputed, 400 charged back'],
  ] as const)('that is %s', async (outcome, balance) => {
    const payment = await stage.charge();
    const dispute = stage.newDispute();
    await stage.hear(stage.opened(payment, dispute));
    expect(await stage.hear(stage.closed(payment, dispute, outcome))).toEqual({ kind: 'heard' });
    expect(await stage.balanceOf(payment)).toBe(balance);
    expect(await stage.storyOf(payment)).toEqual(['dispute_opened', `dispute_${outcome}`]);
  });

  test('beside another of the same payment adds up with it', async () => {
    const payment = await stage.charge();
    const [first, second] = [stage.newDispute(), stage.newDispute()];
    await stage.hear(stage.opened(payment, first, 400n));
    await stage.hear(stage.opened(payment, second, 600n));
    expect(await stage.balanceOf(payment)).toBe('1000 disputed, 0 charged back');
    await stage.hear(stage.closed(payment, second, 'lost'));
    expect(await stage.balanceOf(payment)).toBe('400 disputed, 600 charged back');
    expect(await stage.disputesOf(payment)).toEqual([`${first} 400 opened`, `${second} 600 lost`]);
  });

  test('is rolled back with the transaction that it was heard in', async () => {
    const payment = await stage.charge();
    const notice = stage.opened(payment, stage.newDispute());
    await expect(stage.hear(notice, () => Promise.reject(new Error('never mind')))).rejects.toThrow('never mind');
    expect(await stage.balanceOf(payment)).toBe('0 disputed, 0 charged back');
    expect(await stage.disputesOf(payment)).toEqual([]);
    expect(await stage.hear(notice)).toEqual({ kind: 'heard' });
  });
});

describe('told twice and in any order it ends the same', () => {
  type Step = 'opened' | 'closed';
  const orders: readonly (readonly Step[])[] = [
    ['opened', 'closed'],
    ['closed', 'opened'],
    ['opened', 'opened', 'closed', 'closed'],
    ['opened', 'closed', 'opened', 'closed'],
    ['opened', 'closed', 'closed', 'opened'],
    ['closed', 'opened', 'opened', 'closed'],
    ['closed', 'opened', 'closed', 'opened'],
    ['closed', 'closed', 'opened', 'opened'],
  ];

  test.each(orders.map((order) => [order.join(', '), order] as const))('%s', async (_, order) => {
    for (const outcome of ['won', 'lost'] as const) {
      const payment = await stage.charge();
      const dispute = stage.newDispute();
      const notices = { opened: stage.opened(payment, dispute), closed: stage.closed(payment, dispute, outcome) };
      for (const step of order) await stage.hear(notices[step]);
      await expectEnd(payment, dispute, outcome);
    }
  });

  test('all at once', async () => {
    for (const outcome of ['won', 'lost'] as const) {
      const payment = await stage.charge();
      const dispute = stage.newDispute();
      const notices = Array.from({ length: 16 }, (_, index) =>
        index % 2 === 0 ? stage.closed(payment, dispute, outcome) : stage.opened(payment, dispute),
      );
      await Promise.all(notices.map((notice) => stage.hear(notice)));
      await expectEnd(payment, dispute, outcome);
    }
  });

  test('one that was won, told only after the next one about the same money was lost', async () => {
    const payment = await stage.charge();
    const [first, second] = [stage.newDispute(), stage.newDispute()];
    await stage.hear(stage.opened(payment, second, 1_000n));
    await stage.hear(stage.closed(payment, second, 'lost'));
    const opening = stage.opened(payment, first, 1_000n);
    expect(await stage.hear(opening)).toMatchObject({ kind: 'contradicted' });
    expect(await stage.hear(stage.closed(payment, first, 'won'))).toEqual({ kind: 'kept' });
    expect(await stage.hear(opening)).toEqual({ kind: 'heard' });
    expect(await stage.balanceOf(payment)).toBe('0 disputed, 1000 charged back');
    expect(await stage.storyOf(payment)).toEqual(['dispute_opened', 'dispute_lost', 'dispute_opened', 'dispute_won']);
  });

  async function expectEnd(payment: ChargedPayment, dispute: string, outcome: 'won' | 'lost'): Promise<void> {
    expect(await stage.disputesOf(payment)).toEqual([`${dispute} 400 ${outcome}`]);
    expect(await stage.storyOf(payment)).toEqual(['dispute_opened', `dispute_${outcome}`]);
    expect(await stage.balanceOf(payment)).toBe(`0 disputed, ${outcome === 'won' ? 0 : 400} charged back`);
  }
});

describe('what cannot be true changes nothing, and is said to be so:', () => {
  test('an authorization that nobody has', async () => {
    const notice = stage.opened({ id: 'pay_x', authorization: 'of nobody' }, stage.newDispute());
    expect(await stage.hear(notice)).toEqual({ kind: 'unknown_authorization' });
  });

  test('an authorization of another acquirer', async () => {
    const payment = await stage.charge();
    const notice = stage.opened(payment, stage.newDispute());
    const hearing = await stage.inTransaction((tx) =>
      stage.orchestrator.get(HearDispute).execute(tx, { acquirer: 'beta', notice }),
    );
    expect(hearing).toEqual({ kind: 'unknown_authorization' });
    expect(await stage.disputesOf(payment)).toEqual([]);
  });

  test('the id of a capture where the authorization’s should be', async () => {
    const payment = await stage.charge();
    const [row] = await stage.query<{ reference: string }>(
      `SELECT acquirer_reference AS reference FROM payments.attempt WHERE payment_id = $1 AND operation = 'capture'`,
      [uuidOf(payment.id)],
    );
    const notice = stage.opened({ ...payment, authorization: row?.reference ?? '' }, stage.newDispute());
    expect(await stage.hear(notice)).toEqual({ kind: 'unknown_authorization' });
  });

  test('more than was captured', async () => {
    const payment = await stage.charge();
    const hearing = await stage.hear(stage.opened(payment, stage.newDispute(), 1_001n));
    expect(hearing).toEqual({ kind: 'contradicted', because: 'no more than 1000 EUR can be disputed' });
    expect(await stage.disputesOf(payment)).toEqual([]);
  });

  test('another currency', async () => {
    const payment = await stage.charge();
    const notice = { ...stage.opened(payment, stage.newDispute()), amount: { minor: 400n, currency: 'JPY' } } as const;
    expect(await stage.hear(notice)).toEqual({ kind: 'contradicted', because: 'the payment is in EUR' });
  });

  test('the other outcome of one that is closed', async () => {
    const payment = await stage.charge();
    const dispute = stage.newDispute();
    await stage.hear(stage.opened(payment, dispute));
    await stage.hear(stage.closed(payment, dispute, 'won'));
    const hearing = await stage.hear(stage.closed(payment, dispute, 'lost'));
    expect(hearing).toEqual({ kind: 'contradicted', because: 'the dispute was won already' });
    expect(await stage.disputesOf(payment)).toEqual([`${dispute} 400 won`]);
  });

  test('a dispute of another payment', async () => {
    const [payment, other] = [await stage.charge(), await stage.charge()];
    const dispute = stage.newDispute();
    await stage.hear(stage.opened(payment, dispute));
    for (const notice of [stage.opened(other, dispute), stage.closed(other, dispute, 'lost')]) {
      expect(await stage.hear(notice)).toMatchObject({ kind: 'contradicted' });
    }
    expect(await stage.disputesOf(other)).toEqual([]);
    expect(await stage.balanceOf(payment)).toBe('400 disputed, 0 charged back');
  });
});

describe('told by signed callbacks', () => {
  test('it is taken in once, whatever the order and however often', async () => {
    const payment = await stage.charge();
    const dispute = stage.newDispute();
    const [opened, closed] = [stage.opened(payment, dispute), stage.closed(payment, dispute, 'lost')];
    const statuses = [
      await stage.tell(closed, `${dispute} closed`),
      await stage.tell(opened, `${dispute} opened`),
      await stage.tell(closed, `${dispute} closed`),
      await stage.tell(opened, `${dispute} opened anew`),
    ];
    expect(statuses).toEqual([200, 200, 200, 200]);
    expect(await stage.storyOf(payment)).toEqual(['dispute_opened', 'dispute_lost']);
    expect(await stage.balanceOf(payment)).toBe('0 disputed, 400 charged back');
  });

  test('what cannot be true yet is to be told again, under the same id', async () => {
    const payment = await stage.charge();
    const dispute = stage.newDispute();
    const early = { ...stage.opened(payment, dispute), authorization: `${payment.authorization} to be` };
    expect(await stage.tell(early, `${dispute} early`)).toBe(409);
    expect(await stage.tell(stage.opened(payment, dispute, 1_001n), `${dispute} early`)).toBe(409);
    expect(await stage.disputesOf(payment)).toEqual([]);
    expect(await stage.tell(stage.opened(payment, dispute), `${dispute} early`)).toBe(200);
    expect(await stage.disputesOf(payment)).toEqual([`${dispute} 400 opened`]);
  });
});

describe('refunds', () => {
  test('are refused while a dispute is open, with what is allowed, and work again when it was won', async () => {
    const payment = await stage.charge();
    const dispute = stage.newDispute();
    await stage.hear(stage.opened(payment, dispute));
    const answer = await stage.refund(payment, `during ${dispute}`, 100n);
    expect(answer).toMatchObject({
      kind: 'refused',
      refusal: { code: 'invalid_state', currentStatus: 'CAPTURED', allowedActions: [], path: ['input', 'paymentId'] },
    });
    expect(answer.kind === 'refused' && answer.refusal.message).toContain('while a dispute is open');
    expect(await stage.storyOf(payment)).toEqual(['dispute_opened']);

    await stage.hear(stage.closed(payment, dispute, 'won'));
    expect(await stage.refund(payment, `after ${dispute}`, 1_000n)).toMatchObject({ kind: 'accepted' });
  });

  test('never give back what a lost dispute has taken', async () => {
    const payment = await stage.charge();
    const dispute = stage.newDispute();
    await stage.hear(stage.opened(payment, dispute));
    await stage.hear(stage.closed(payment, dispute, 'lost'));
    expect(await stage.refund(payment, `too much after ${dispute}`, 601n)).toMatchObject({
      kind: 'refused',
      refusal: { code: 'amount_exceeded', availableMinor: 600, currency: 'EUR' },
    });
    expect(await stage.refund(payment, `the rest after ${dispute}`, 600n)).toMatchObject({ kind: 'accepted' });
    expect(await stage.refund(payment, `nothing after ${dispute}`, 1n)).toMatchObject({
      refusal: { code: 'amount_exceeded', availableMinor: 0 },
    });
  });

  test('that come while a dispute is being opened wait, and hear of it', async () => {
    const payment = await stage.charge();
    const [taken, commit] = [deferred(), deferred()];
    const hearing = stage.hear(stage.opened(payment, stage.newDispute()), () => {
      taken.resolve();
      return commit.promise;
    });
    await taken.promise;
    const refund = stage.refund(payment, `races ${payment.id}`, 100n);
    await until('the refund to wait for the lock', waitsForLock);
    commit.resolve();
    await hearing;
    expect(await refund).toMatchObject({ kind: 'refused', refusal: { code: 'invalid_state' } });
  });

  test('that were asked for before do not keep a dispute out', async () => {
    const payment = await stage.charge();
    await stage.refund(payment, `before ${payment.id}`, 900n);
    expect(await stage.hear(stage.opened(payment, stage.newDispute(), 1_000n))).toEqual({ kind: 'heard' });
    expect(await stage.balanceOf(payment)).toBe('1000 disputed, 0 charged back');
  });

  async function waitsForLock(): Promise<boolean> {
    const waiting = await stage.query(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return waiting.length > 0;
  }
});

test('the database refuses what slips past the code', async () => {
  const payment = await stage.charge();
  const update = (columns: string) =>
    stage.query(`UPDATE payments.payment SET ${columns} WHERE id = $1`, [uuidOf(payment.id)]);
  await expect(update('disputed = 600, charged_back = 401')).rejects.toThrow(/payment_disputed_within_authorized/);
  await expect(update('charged_back = -1')).rejects.toThrow(/payment_charged_back_not_negative/);

  const dispute = stage.newDispute();
  await stage.hear(stage.opened(payment, dispute));
  await expect(
    stage.query(
      `INSERT INTO payments.dispute SELECT merchant_id, payment_id, gen_random_uuid(), acquirer, acquirer_dispute, amount,
         reason, status, evidence_due_at, opened_at FROM payments.dispute WHERE acquirer_dispute = $1`,
      [dispute],
    ),
  ).rejects.toThrow(/dispute_of_acquirer_unique/);
});
