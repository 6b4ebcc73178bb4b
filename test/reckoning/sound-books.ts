import { randomUUID } from 'node:crypto';
import type pg from 'pg';

const merchant = randomUUID();
const when = '2026-01-01T00:00:00Z';

type Values = Readonly<Record<string, unknown>>;

/** Names that the tests break by. */
export const payments = {
  /** 10.00 EUR were authorized, 5.00 more were granted, 3.00 more were not. */
  grown: randomUUID(),
  /** Captured, disputed, answered and won. */
  won: randomUUID(),
  /** Captured and disputed; nobody has answered yet. */
  disputed: randomUUID(),
  /** Let pass by a person, and authorized. */
  allowed: randomUUID(),
  blocked: randomUUID(),
  /** In review, and nobody has decided. */
  undecided: randomUUID(),
  /** Withdrawn while it was in review. */
  withdrawn: randomUUID(),
} as const;

export const attempts = { first: randomUUID(), granted: randomUUID() } as const;
export const increases = { granted: randomUUID(), refused: randomUUID() } as const;
export const disputes = { won: randomUUID(), open: randomUUID() } as const;

/** Rows as the services would have left them, written by hand, as far as increases, disputes and reviews go. */
export async function writeSoundBooks(database: pg.ClientBase): Promise<void> {
  const insert = async (table: string, values: Values): Promise<void> => {
    const columns = Object.keys(values);
    const places = columns.map((_, index) => `$${index + 1}`);
    await database.query(
      `INSERT INTO ${table} (${columns.join()}) VALUES (${places.join()})`,
      columns.map((column) => values[column]),
    );
  };
  await writeIncreases(insert);
  await writeDisputes(insert);
  await writeReviews(insert);
}

type Insert = (table: string, values: Values) => Promise<void>;

async function writePayment(
  insert: Insert,
  id: string,
  values: Values,
  events: readonly (readonly [string, object])[],
) {
  const terms = { reference: id, attempt_number: 1, capture_method: 'manual', currency: 'EUR', card_token: 'tok_visa' };
  const rest = { terms: '{}', metadata: '{}', created_at: when, updated_at: when };
  await insert('payments.payment', {
    ...{ merchant_id: merchant, id, amount: 1_000, authorized: 0, version: events.length },
    ...{ ...terms, ...rest, ...values },
  });
  for (const [index, [type, payload]] of events.entries()) {
    await insert('payments.event', {
      ...{ shard: 0, event_id: randomUUID(), merchant_id: merchant, aggregate_type: 'payment', aggregate_id: id },
      ...{ aggregate_version: index + 1, type: `payment.${type}`, schema_version: 1, occurred_at: when },
      payload: JSON.stringify(payload),
    });
  }
}

async function writeAttempt(insert: Insert, payment: string, number: number, values: Values): Promise<void> {
  await insert('payments.attempt', {
    ...{ merchant_id: merchant, payment_id: payment, number, id: randomUUID(), operation: 'authorize' },
    ...{ acquirer: 'alpha', amount: 1_000, state: 'approved', routed_because: 'only one', started_at: when, ...values },
  });
}

const created = ['created', { payment: { amount: 1_000 } }] as const;

async function writeIncreases(insert: Insert): Promise<void> {
  const { grown } = payments;
  await writePayment(insert, grown, { state: 'authorized', amount: 1_500, authorized: 1_500 }, [
    created,
    ['authorized', {}],
    ['increase_requested', { increaseId: 'inc_1', amount: 500 }],
    ['increased', { increaseId: 'inc_1', amount: 500 }],
    ['increase_requested', { increaseId: 'inc_2', amount: 300 }],
    ['increase_failed', { increaseId: 'inc_2', amount: 300 }],
  ]);
  await writeAttempt(insert, grown, 1, { id: attempts.first });
  await writeAttempt(insert, grown, 2, { id: attempts.granted, operation: 'increase', amount: 500 });
  await writeAttempt(insert, grown, 3, { operation: 'increase', amount: 300, state: 'declined' });
  const increase = { merchant_id: merchant, payment_id: grown, created_at: when };
  const { granted, refused } = increases;
  await insert('payments.authorization_increase', { ...increase, id: granted, amount: 500, status: 'succeeded' });
  await insert('payments.authorization_increase', { ...increase, id: refused, amount: 300, status: 'failed' });
}

async function writeDisputes(insert: Insert): Promise<void> {
  const taken = { state: 'captured', authorized: 1_000, captured: 1_000 };
  await writePayment(insert, payments.won, taken, [
    created,
    ['dispute_opened', {}],
    ['dispute_evidence_submitted', {}],
    ['dispute_won', {}],
  ]);
  const won = { status: 'won', closed_at: when };
  await writeDispute(insert, payments.won, disputes.won, { name: 'dp_won', evidence: 'signed for' }, won);
  await writeVerdict(insert);
  await writePayment(insert, payments.disputed, { ...taken, disputed: 1_000 }, [created, ['dispute_opened', {}]]);
  const opened = { status: 'opened' };
  await writeDispute(insert, payments.disputed, disputes.open, { name: 'dp_open', evidence: null }, opened);
  for (const payment of [payments.won, payments.disputed]) await writeAttempt(insert, payment, 1, {});
}

async function writeDispute(
  insert: Insert,
  payment: string,
  id: string,
  { name, evidence }: { readonly name: string; readonly evidence: string | null },
  values: Values,
): Promise<void> {
  await insert('payments.dispute', {
    ...{ merchant_id: merchant, payment_id: payment, id, acquirer: 'alpha', acquirer_dispute: name, amount: 1_000 },
    ...{ reason: 'fraudulent', evidence_due_at: when, opened_at: when, ...values },
  });
  const hold = { acquirer: 'alpha', authorization_id: `auth_${name}`, reference: payment };
  await insert('sandbox.hold', { ...hold, card_token: 'tok_disputed', currency: 'EUR', held_minor: 1_000 });
  await insert('sandbox.dispute', {
    ...{ ...hold, dispute_id: name, opens_at: when, evidence, evidence_due_at: 'infinity', closes_at: 'infinity' },
  });
  await writeCallback(insert, name, 'opened', { disputeId: name, amountMinor: 1_000 });
}

async function writeCallback(insert: Insert, name: string, type: 'opened' | 'closed', data: object): Promise<void> {
  await insert('sandbox.callback', {
    ...{ callback_id: `cb_${name}_${type}`, acquirer: 'alpha', authorization_id: `auth_${name}`, state: 'delivered' },
    ...{ type: `dispute.${type}`, body: JSON.stringify({ data }), happens_at: when, next_try_at: when, tries: 1 },
  });
}

/** The merchant has answered the dispute that was won. */
async function writeVerdict(insert: Insert): Promise<void> {
  await insert('payments.dispute_evidence', {
    ...{ merchant_id: merchant, payment_id: payments.won, dispute_id: disputes.won, text: 'signed for' },
    ...{ submitted_at: when, tries: 1, ending: 'accepted' },
  });
  const answer = JSON.stringify({ status: 'approved', disputeId: 'dp_won' });
  await insert('sandbox.operation', {
    ...{
      acquirer: 'alpha',
      idempotency_key: 'dsp_won',
      operation: 'evidence',
      fingerprint: '',
      answer,
      tells: 'plainly',
    },
    ...{ first_called_at: when, decided_at: when, answer_from: when, findable_from: when },
  });
  await writeCallback(insert, 'dp_won', 'closed', { disputeId: 'dp_won', outcome: 'won' });
}

async function writeReviews(insert: Insert): Promise<void> {
  const reviewed = [created, ['sent_to_review', {}]] as const;
  const decided = (decision: string) => ['review_decided', { decision, reason: 'looked at it' }] as const;
  await writePayment(insert, payments.allowed, { state: 'authorized', authorized: 1_000 }, [
    ...reviewed,
    decided('allow'),
    ['authorized', {}],
  ]);
  await writeAttempt(insert, payments.allowed, 1, {});
  await writePayment(insert, payments.blocked, { state: 'declined', decline_source: 'risk' }, [
    ...reviewed,
    decided('block'),
    ['declined', {}],
  ]);
  await writePayment(insert, payments.undecided, { state: 'in_review' }, reviewed);
  await writePayment(insert, payments.withdrawn, { state: 'voided' }, [...reviewed, ['void_requested', {}]]);
}
