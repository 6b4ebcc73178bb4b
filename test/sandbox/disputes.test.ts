import { randomUUID } from 'node:crypto';
import { describe, expect } from 'vitest';
import { andThenNothing } from './support/and-then-nothing.ts';
import type { CallbackReceiver } from './support/callback-receiver.ts';
import { Sandbox, fieldOf, notProcessed } from './support/sandbox.ts';
import { test } from './support/sandbox-test.ts';

const approved = { status: 200, body: { status: 'approved' } };
const declinedWith = (declineCode: string) => ({ status: 200, body: { status: 'declined', declineCode, soft: false } });
const unknownDispute = { status: 404, body: { error: { code: 'unknown_dispute' } } };
const weekMs = 7 * 86_400_000;

/** Captures with a card whose payments are disputed and waits for the dispute. */
async function disputed(sandbox: Sandbox, receiver: CallbackReceiver): Promise<string> {
  await sandbox.captured('tok_disputed');
  await sandbox.clock.waiting(1);
  sandbox.clock.advance(3_000);
  const [opened] = await receiver.first(1);
  await sandbox.clock.waiting(1);
  return String(fieldOf(opened?.data, 'disputeId'));
}

describe('tok_disputed', () => {
  test('is disputed 3 s after its first capture, over what that captured', async ({
    callingSandbox: sandbox,
    receiver,
  }) => {
    const fields = { reference: 'pay_1', amountMinor: 1_000, currency: 'SEK' };
    const authorizationId = await sandbox.authorized('tok_disputed', fields);
    sandbox.clock.advance(60_000);
    await sandbox.capture(authorizationId, 700, { final: false });
    await sandbox.clock.waiting(1);
    sandbox.clock.advance(2_999);
    await sandbox.clock.waiting(1);
    expect(receiver.received).toEqual([]);
    sandbox.clock.advance(1);

    const [opened] = await receiver.first(1);
    expect(opened).toMatchObject({ type: 'dispute.opened', createdAt: '2026-11-21T12:01:03.000Z' });
    expect(opened?.data).toEqual({
      disputeId: expect.stringMatching(/^dspt_[0-9a-f]{24}$/),
      authorizationId,
      reference: 'pay_1',
      amountMinor: 700,
      currency: 'SEK',
      reason: 'fraudulent',
      evidenceDueAt: '2026-11-28T12:01:03.000Z',
    });
    expect(await sandbox.capture(authorizationId, 300)).toMatchObject(approved);
    await sandbox.clock.waiting(1);
    sandbox.clock.advance(3_000);
    await sandbox.clock.waiting(1);
    await receiver.first(1);
  });

  test('without evidence is lost when that is due, and not before', async ({ callingSandbox: sandbox, receiver }) => {
    const disputeId = await disputed(sandbox, receiver);
    sandbox.clock.advance(weekMs - 1);
    await sandbox.clock.waiting(1);
    await receiver.first(1);
    sandbox.clock.advance(1);
    const [, closed] = await receiver.first(2);
    expect(closed).toMatchObject({ type: 'dispute.closed', data: { disputeId, outcome: 'lost' } });
    expect(await sandbox.submitEvidence(disputeId, 'winning_evidence')).toMatchObject(declinedWith('dispute_closed'));
  });
});

describe('evidence', () => {
  test.for([
    ['signed for: winning_evidence 4711', 'won'],
    ['the customer is wrong', 'lost'],
  ] as const)('%j: the dispute is %s a second later, once', async ([text, outcome], { callingSandbox, receiver }) => {
    const disputeId = await disputed(callingSandbox, receiver);
    const key = randomUUID();
    const answer = await callingSandbox.submitEvidence(disputeId, text, { key });
    expect(answer).toMatchObject({ status: 200, body: { status: 'approved', disputeId } });
    expect(await callingSandbox.submitEvidence(disputeId, text, { key })).toEqual(answer);
    expect((await callingSandbox.find(key)).body).toEqual({ operation: 'evidence', ...Object(answer.body) });

    await callingSandbox.clock.waiting(1);
    callingSandbox.clock.advance(1_000);
    const [opened, closed] = await receiver.first(2);
    expect(closed).toMatchObject({ type: 'dispute.closed', createdAt: '2026-11-21T12:00:04.000Z' });
    const { authorizationId, reference } = Object(opened?.data);
    expect(closed?.data).toEqual({ disputeId, authorizationId, reference, outcome });

    expect(await andThenNothing(callingSandbox, receiver)).toBe(2);
  });

  test('is taken once', async ({ callingSandbox: sandbox, receiver }) => {
    const disputeId = await disputed(sandbox, receiver);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => sandbox.submitEvidence(disputeId, 'winning_evidence')),
    );
    const statuses = answers.map(({ body }) => fieldOf(body, 'declineCode') ?? fieldOf(body, 'status'));
    expect(statuses.toSorted()).toEqual([
      'approved',
      ...Array.from({ length: 19 }, () => 'evidence_already_submitted'),
    ]);
    sandbox.clock.advance(1_000);
    await receiver.first(2);
    expect(await sandbox.submitEvidence(disputeId, 'more')).toMatchObject(declinedWith('dispute_closed'));
  });

  test('for a dispute that has not opened, or not here, is refused and leaves the key free', async ({
    callingSandbox: sandbox,
    receiver,
  }) => {
    const disputeId = await disputed(sandbox, receiver);
    const key = randomUUID();
    expect(await sandbox.submitEvidence('dspt_0', 'text', { key })).toMatchObject(unknownDispute);
    expect(await sandbox.submitEvidence(disputeId, 'text', { key, acquirer: 'beta' })).toMatchObject(unknownDispute);
    expect(await sandbox.submitEvidence(disputeId, '', { key })).toMatchObject({ status: 400 });
    expect(await sandbox.truth(key)).toBeUndefined();
    expect(await sandbox.submitEvidence(disputeId, 'text', { key })).toMatchObject(approved);
    expect(await sandbox.submitEvidence(disputeId, 'other text', { key })).toMatchObject({ status: 409 });
  });

  test('before the dispute has opened finds none', async ({ databases, receiver }) => {
    const database = await databases.create();
    const environment = { SANDBOX_CALLBACK_URL: receiver.url };
    const sandbox = await Sandbox.start(database, environment);
    const disputeId = await disputed(sandbox, receiver);
    await sandbox.stop();
    // The clock of this one starts anew, three seconds before the dispute.
    const earlier = await Sandbox.start(database, environment);
    expect(await earlier.submitEvidence(disputeId, 'winning_evidence')).toMatchObject(unknownDispute);
    await earlier.stop();
  });

  test('meets the health of the acquirer like every operation', async ({ callingSandbox: sandbox, receiver }) => {
    const disputeId = await disputed(sandbox, receiver);
    const key = randomUUID();
    await sandbox.control({ down: true });
    expect(await sandbox.submitEvidence(disputeId, 'text', { key })).toMatchObject(notProcessed);
    await sandbox.resetControls();
    expect(await sandbox.submitEvidence(disputeId, 'text', { key })).toMatchObject(approved);
  });

  test('at an acquirer that fails is taken or not, and nobody is told which', async ({
    callingSandbox: sandbox,
    receiver,
  }) => {
    const disputeId = await disputed(sandbox, receiver);
    const keys = Array.from({ length: 8 }, (_, nth) => `evidence-${nth}`);
    await sandbox.control({ errorRate: 1 });
    for (const key of keys)
      expect(await sandbox.submitEvidence(disputeId, 'text', { key })).toMatchObject({ status: 500 });
    const found = await Promise.all(keys.map((key) => sandbox.find(key)));
    const statuses = found.map(({ status, body }) => (status === 404 ? 'not found' : fieldOf(body, 'status')));
    expect(new Set(statuses)).toEqual(new Set(['not found', 'approved', 'declined']));
    expect(statuses.filter((status) => status === 'approved')).toHaveLength(1);
  });
});

test('tok_early_warning: the issuer warns of fraud 3 s after the first capture', async ({
  callingSandbox,
  receiver,
}) => {
  const authorizationId = await callingSandbox.authorized('tok_early_warning', { reference: 'pay_1' });
  await callingSandbox.capture(authorizationId, 500, { final: false });
  await callingSandbox.capture(authorizationId, 500, { final: false });
  await callingSandbox.clock.waiting(1);
  callingSandbox.clock.advance(3_000);
  const [warning] = await receiver.first(1);
  expect(warning).toMatchObject({ type: 'fraud.warning', createdAt: '2026-11-21T12:00:03.000Z' });
  expect(warning?.data).toEqual({ authorizationId, reference: 'pay_1', reason: expect.stringMatching(/\.$/) });
  expect(await andThenNothing(callingSandbox, receiver)).toBe(1);
});
