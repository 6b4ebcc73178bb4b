import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer } from '../../apps/api/src/use-cases/answer.ts';
import { SubmitDisputeEvidence } from '../../apps/api/src/use-cases/submit-dispute-evidence.ts';
import { EvidenceQueue } from '../../apps/orchestrator/src/stores/evidence-queue.ts';
import { HandInEvidence } from '../../apps/orchestrator/src/use-cases/hand-in-evidence.ts';
import { idOf, uuidOf, type DisputeId } from '#domain';
import { createMerchant } from '../support/payments.ts';
import { until } from '../support/until.ts';
import { DisputeStage, type ChargedPayment } from '../support/dispute-stage.ts';

let stage: DisputeStage;

beforeAll(async () => {
  stage = await DisputeStage.set();
});

afterAll(() => stage.clear());

interface OpenDispute {
  readonly payment: ChargedPayment;
  readonly id: DisputeId;
  /** The acquirer's id. */
  readonly dispute: string;
}

async function openDispute(): Promise<OpenDispute> {
  const payment = await stage.charge();
  const dispute = stage.newDispute();
  await stage.hear(stage.opened(payment, dispute));
  const [row] = await stage.query<{ id: string }>('SELECT id FROM payments.dispute WHERE acquirer_dispute = $1', [
    dispute,
  ]);
  if (row === undefined) throw new Error('it was opened');
  return { payment, dispute, id: idOf('dsp', row.id) };
}

let keys = 0;

function submit(disputeId: DisputeId, change: { key?: string; text?: string; merchantId?: `mer_${string}` } = {}) {
  keys += 1;
  const { key = `evidence-${keys}`, text = 'Delivered on Monday.', merchantId = stage.merchantId } = change;
  return stage.api.get(SubmitDisputeEvidence).execute({ merchantId, idempotencyKey: key, disputeId, text });
}

async function endingOf(id: DisputeId): Promise<string | null | undefined> {
  const [row] = await stage.query<{ ending: string | null }>(
    'SELECT ending FROM payments.dispute_evidence WHERE dispute_id = $1',
    [uuidOf(id)],
  );
  return row?.ending;
}

const ended = (id: DisputeId, ending: string): Promise<unknown> =>
  until(`evidence that was ${ending}`, async () => (await endingOf(id)) === ending);

/** Brings the next try forward, as if its time had come. */
const hurry = (id: DisputeId): Promise<unknown> =>
  stage.query('UPDATE payments.dispute_evidence SET next_try_at = now() WHERE dispute_id = $1 AND ending IS NULL', [
    uuidOf(id),
  ]);

/** As a process leaves it that dies when the acquirer has accepted and the end is not written down; its lease has run out. */
const takeBack = (id: DisputeId): Promise<unknown> =>
  stage.query('UPDATE payments.dispute_evidence SET ending = NULL, next_try_at = now() WHERE dispute_id = $1', [
    uuidOf(id),
  ]);

const handedIn = (dispute: string) => stage.acquirer.evidence.filter((call) => call.dispute === dispute);

describe('evidence is taken', () => {
  test('once, and the same key again answers the same', async () => {
    const { payment, id } = await openDispute();
    const answer = await submit(id, { key: 'the-same' });
    expect(answer).toEqual({ kind: 'accepted', replayed: false, paymentId: payment.id, operationId: id });
    expect(await submit(id, { key: 'the-same' })).toEqual({ ...answer, replayed: true });
    expect(await stage.storyOf(payment)).toEqual(['dispute_opened', 'dispute_evidence_submitted']);
    expect(await stage.balanceOf(payment)).toBe('400 disputed, 0 charged back');
    expect(await stage.disputesOf(payment)).toEqual([expect.stringContaining('400 evidence_submitted')]);
  });

  test('by one of many at once; the others hear that it was', async () => {
    const { payment, id } = await openDispute();
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => submit(id, { text: `Text ${n}.` })));
    expect(answers.filter(({ kind }) => kind === 'accepted')).toHaveLength(1);
    for (const answer of answers) if (answer.kind === 'refused') expect(answer.refusal.message).toContain('already');
    expect(await stage.storyOf(payment)).toEqual(['dispute_opened', 'dispute_evidence_submitted']);
  });

  test('but not stored in the event', async () => {
    const { id } = await openDispute();
    await submit(id, { text: 'Signed for by J. Doe.' });
    expect(await stage.query(`SELECT 1 FROM payments.event WHERE payload LIKE '%J. Doe%'`)).toEqual([]);
  });
});

describe('evidence is refused', () => {
  const refusal = (answer: Answer): unknown => (answer.kind === 'refused' ? answer.refusal : answer);

  test('with another text under the same key', async () => {
    const { id } = await openDispute();
    await submit(id, { key: 'reused' });
    expect(refusal(await submit(id, { key: 'reused', text: 'Another.' }))).toMatchObject({
      code: 'idempotency_key_reused',
    });
  });

  test.each(['won', 'lost'] as const)('when the dispute was %s, the same way each time', async (outcome) => {
    const { payment, id, dispute } = await openDispute();
    await stage.hear(stage.closed(payment, dispute, outcome));
    const answer = await submit(id, { key: `late-${outcome}` });
    expect(refusal(answer)).toEqual({
      code: 'invalid_state',
      message: `This dispute is closed: it was ${outcome}.`,
      path: ['input', 'disputeId'],
      currentStatus: 'CAPTURED',
      allowedActions: ['REFUND'],
    });
    expect(await submit(id, { key: `late-${outcome}` })).toEqual({ ...answer, replayed: true });
  });

  test('when it was due before', async () => {
    const { id } = await openDispute();
    await stage.query(`UPDATE payments.dispute SET evidence_due_at = '2026-01-01T00:00:00Z' WHERE id = $1`, [
      uuidOf(id),
    ]);
    expect(refusal(await submit(id))).toMatchObject({
      code: 'invalid_state',
      message: 'Evidence was due by 2026-01-01T00:00:00.000Z; what comes later is not looked at.',
    });
    expect(await endingOf(id)).toBeUndefined();
  });

  test('for a dispute of another merchant, or of nobody, and the key stays free', async () => {
    const { id } = await openDispute();
    const merchantId = await createMerchant(stage.api);
    const ofNobody = idOf('dsp', '01890000-0000-7000-8000-000000000000');
    for (const answer of [await submit(id, { merchantId, key: 'lost' }), await submit(ofNobody, { key: 'lost' })]) {
      expect(refusal(answer)).toMatchObject({ code: 'not_found', path: ['input', 'disputeId'] });
    }
    expect(await stage.query(`SELECT 1 FROM payments.idempotency WHERE key = 'lost'`)).toEqual([]);
  });
});

describe('the acquirer is handed it', () => {
  test('under the id of the dispute', async () => {
    const { id, dispute } = await openDispute();
    await submit(id, { text: 'Delivered, and signed for.' });
    await ended(id, 'accepted');
    expect(handedIn(dispute)).toEqual([{ dispute, key: id, text: 'Delivered, and signed for.' }]);
  });

  test('again, with the same key, until it accepts', async () => {
    const { id, dispute } = await openDispute();
    const notProcessed = { status: 503, body: { error: { code: 'not_processed', message: 'Later.' } } };
    stage.acquirer.replyToEvidence(dispute, 'drop', notProcessed, { status: 404, body: {} }, { status: 500, body: {} });
    await submit(id);
    for (const times of [1, 2, 3, 4]) {
      await until(`try ${times}`, () => handedIn(dispute).length >= times);
      await until('the next to be planned', async () => (await nextTryOf(id)) === 'planned');
      await hurry(id);
    }
    await ended(id, 'accepted');
    expect(new Set(handedIn(dispute).map(({ key }) => key))).toEqual(new Set([id]));
    expect(handedIn(dispute)).toHaveLength(5);
  });

  test('no more once it refused', async () => {
    const { id, dispute } = await openDispute();
    const body = { error: { code: 'evidence_not_accepted', message: 'This reason cannot be answered.' } };
    stage.acquirer.replyToEvidence(dispute, { status: 422, body });
    await submit(id);
    await ended(id, 'refused');
    expect(
      await stage.query('SELECT refused_because, next_try_at FROM payments.dispute_evidence WHERE dispute_id = $1', [
        uuidOf(id),
      ]),
    ).toEqual([{ refused_because: 'evidence_not_accepted: This reason cannot be answered.', next_try_at: null }]);
  });

  test('no more once the dispute is closed', async () => {
    const { payment, id, dispute } = await openDispute();
    stage.acquirer.replyToEvidence(dispute, 'drop');
    await submit(id);
    await until('the first try', () => handedIn(dispute).length === 1);
    await stage.hear(stage.closed(payment, dispute, 'lost'));
    await ended(id, 'too_late');
    await hurry(id);
    const due = await stage.orchestrator.get(EvidenceQueue).takeDue(100);
    expect(due.filter(({ disputeId }) => disputeId === id)).toEqual([]);
  });

  test('by somebody else when who had it died after the acquirer had accepted', async () => {
    const { id, dispute } = await openDispute();
    await submit(id);
    await ended(id, 'accepted');
    await takeBack(id);
    await ended(id, 'accepted');
    expect(handedIn(dispute).map(({ key }) => key)).toEqual([id, id]);
  });

  test('by one of many that look for it at once', async () => {
    const { id, dispute } = await openDispute();
    await submit(id);
    await ended(id, 'accepted');
    const queue = stage.orchestrator.get(EvidenceQueue);
    await takeBack(id);
    const taken = (await Promise.all(Array.from({ length: 8 }, () => queue.takeDue(10)))).flat();
    // The schedule of the orchestrator may have been the one.
    const ours = taken.filter(({ disputeId }) => disputeId === id);
    expect(ours.length).toBeLessThanOrEqual(1);
    for (const evidence of ours) await stage.orchestrator.get(HandInEvidence).execute(evidence);
    await ended(id, 'accepted');
    expect(handedIn(dispute)).toHaveLength(2);
  });

  test('and a late word of the acquirer does not undo the end', async () => {
    const { payment, id, dispute } = await openDispute();
    await submit(id);
    await ended(id, 'accepted');
    const [evidence] = await takenAgain(id);
    await stage.hear(stage.closed(payment, dispute, 'won'));
    if (evidence === undefined) throw new Error('it was taken');
    await stage.orchestrator.get(HandInEvidence).execute(evidence);
    expect(await endingOf(id)).toBe('too_late');
  });

  /** Whether the try at hand is over: the lease of one that is under way is longer than any pause of the first tries. */
  async function nextTryOf(id: DisputeId): Promise<string | undefined> {
    const [row] = await stage.query<{ next: string }>(
      `SELECT CASE WHEN next_try_at < now() + interval '60 s' THEN 'planned' ELSE 'leased' END AS next
       FROM payments.dispute_evidence WHERE dispute_id = $1`,
      [uuidOf(id)],
    );
    return row?.next;
  }

  async function takenAgain(id: DisputeId) {
    const queue = stage.orchestrator.get(EvidenceQueue);
    return until('the evidence to be taken here', async () => {
      await takeBack(id);
      const taken = (await queue.takeDue(10)).filter(({ disputeId }) => disputeId === id);
      return taken.length > 0 && taken;
    });
  }
});
