import pg from 'pg';
import { idOf } from '#domain';

/** An effect that an acquirer really had, as its `/truth/operations` tells it. */
interface AcquirerEffect {
  readonly key: string;
  readonly operation: 'authorize' | 'capture' | 'void' | 'refund';
  readonly amountMinor: number;
}

export interface Places {
  readonly databaseUrl: string;
  readonly sandboxUrl: string;
}

/** What is wrong, one line each; empty when everything adds up. */
export type Discrepancies = string[];

const queries = {
  /** A saga that will never move again, or a payment that nobody works on. */
  unfinished: `
    SELECT p.id, p.state FROM payments.payment p
    WHERE p.state IN ('processing', 'voiding') OR p.capture_pending > 0 OR p.refund_pending > 0`,
  // A merchant may take days over a hold, and an attempt that was given up is looked after for an hour.
  stuckSagas: `
    SELECT payment_id AS id, step, waiting_for FROM payments.saga
    WHERE step NOT IN ('ended', 'in_review', 'holding', 'watching')`,
  versionGaps: `
    SELECT aggregate_id AS id, count(*), max(aggregate_version) FROM payments.event GROUP BY 1
    HAVING count(*) <> max(aggregate_version) OR count(DISTINCT aggregate_version) <> count(*)`,
  guardRows: `
    SELECT p.id, p.captured, p.refunded FROM payments.payment p
    WHERE p.disputed <> (SELECT coalesce(sum(amount), 0) FROM payments.dispute d WHERE d.payment_id = p.id AND closed_at IS NULL)
       OR p.charged_back <> (SELECT coalesce(sum(amount), 0) FROM payments.dispute d WHERE d.payment_id = p.id AND status = 'lost')
       OR p.captured <> (SELECT coalesce(sum(amount), 0) FROM payments.capture c WHERE c.payment_id = p.id AND status = 'succeeded')
       OR p.refunded <> (SELECT coalesce(sum(amount), 0) FROM payments.refund r WHERE r.payment_id = p.id AND status = 'succeeded')`,
  unbalanced: `
    SELECT currency AS id, sum(amount) FILTER (WHERE direction = 'debit') AS debit,
      sum(amount) FILTER (WHERE direction = 'credit') AS credit FROM books.entry GROUP BY currency
    HAVING sum(amount) FILTER (WHERE direction = 'debit') <> sum(amount) FILTER (WHERE direction = 'credit')`,
  unbooked: `
    SELECT e.event_id AS id, e.type FROM payments.event e
    WHERE e.type IN ('payment.captured', 'payment.refunded', 'payment.dispute_opened', 'payment.dispute_won',
        'payment.dispute_lost')
      AND NOT EXISTS (SELECT 1 FROM books.journal j WHERE j.event_id = e.event_id)`,
  bookedTooMuch: `
    SELECT j.event_id AS id, j.kind FROM books.journal j WHERE j.kind <> 'batch_closed'
      AND NOT EXISTS (SELECT 1 FROM payments.event e WHERE e.event_id = j.event_id)`,
  reserve: `
    SELECT owner AS id, currency, balance FROM books.account_balance b WHERE account = 'merchant_reserve'
      AND balance <> (SELECT coalesce(sum(p.disputed), 0) FROM payments.payment p
        WHERE p.merchant_id::text = b.owner AND p.currency = b.currency)`,
  unsettled: `SELECT payment_id AS id FROM books.item WHERE batch_id IS NULL`,
  feedGaps: `
    SELECT merchant_id AS id, count(*), max(sequence) FROM feed.merchant_event GROUP BY 1 HAVING count(*) <> max(sequence)`,
  notInFeed: `
    SELECT e.event_id AS id, e.type FROM payments.event e
    WHERE e.type IN ('payment.created', 'payment.authorized', 'payment.declined', 'payment.failed', 'payment.captured',
        'payment.capture_failed', 'payment.voided', 'payment.void_failed', 'payment.refunded', 'payment.refund_failed',
        'payment.dispute_opened', 'payment.dispute_evidence_submitted', 'payment.dispute_won', 'payment.dispute_lost')
      AND NOT EXISTS (SELECT 1 FROM feed.merchant_event f WHERE f.event_id = e.event_id)`,
  settledNotInFeed: `
    SELECT e.event_id AS id, e.type FROM books.event e WHERE e.type = 'payment.settled'
      AND NOT EXISTS (SELECT 1 FROM feed.merchant_event f WHERE f.event_id = e.event_id)`,
  deadLetters: `
    SELECT id, error FROM payments.dead_letter UNION ALL SELECT id, error FROM fraud.dead_letter
    UNION ALL SELECT id, error FROM books.dead_letter UNION ALL SELECT id, error FROM feed.dead_letter`,
} as const;

/**
 * Holds the acquirer's truth, the payments, the books and the feed against each other, by plain SQL and the acquirer's own
 * record: whoever checks the services must not trust their code.
 */
export async function reckon({ databaseUrl, sandboxUrl }: Places): Promise<Discrepancies> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const found: Discrepancies = [];
    for (const [name, query] of Object.entries(queries)) {
      const { rows } = await client.query<Record<string, unknown>>(query);
      for (const row of rows.slice(0, 5)) found.push(`${name}: ${JSON.stringify(row, bigintAsText)}`);
      if (rows.length > 5) found.push(`${name}: ${rows.length - 5} more`);
    }
    found.push(...(await compareWithAcquirer(client, sandboxUrl)));
    return found;
  } finally {
    await client.end();
  }
}

/** Each effect of the acquirer is one approved attempt of ours with the same key, operation and amount, and the reverse. */
async function compareWithAcquirer(client: pg.Client, sandboxUrl: string): Promise<Discrepancies> {
  const { rows } = await client.query<{
    id: string;
    operation: string;
    amount: string;
    state: string;
    payment_id: string;
  }>('SELECT id, operation, amount::text, state, payment_id FROM payments.attempt');
  const ours = new Map(rows.map((row) => [idOf('att', row.id) as string, row]));
  const found: Discrepancies = [];
  const theirs = await acquirerEffects(sandboxUrl);
  for (const effect of theirs) {
    const attempt = ours.get(effect.key);
    if (attempt?.state !== 'approved')
      found.push(`acquirer did ${JSON.stringify(effect)}, our attempt is ${attempt?.state}`);
    else if (attempt.operation !== effect.operation || Number(attempt.amount) !== effect.amountMinor) {
      found.push(`acquirer did ${JSON.stringify(effect)}, we have ${JSON.stringify(attempt)}`);
    }
  }
  const done = new Set(theirs.map((effect) => effect.key));
  if (done.size !== theirs.length) found.push(`acquirer had ${theirs.length - done.size} effects twice under one key`);
  for (const [key, attempt] of ours) {
    if (attempt.state === 'approved' && !done.has(key)) found.push(`we have ${key} approved, the acquirer did nothing`);
  }
  const charges = new Map<string, number>();
  for (const { operation, state, payment_id: payment } of ours.values()) {
    if (operation === 'authorize' && state === 'approved') charges.set(payment, (charges.get(payment) ?? 0) + 1);
  }
  for (const [payment, times] of charges) if (times > 1) found.push(`payment ${payment} was authorized ${times} times`);
  return found;
}

async function acquirerEffects(sandboxUrl: string): Promise<AcquirerEffect[]> {
  const effects: AcquirerEffect[] = [];
  let after: string | undefined;
  for (;;) {
    const query = new URLSearchParams({ limit: '1000', ...(after === undefined ? {} : { after }) });
    const response = await fetch(`${sandboxUrl}/truth/operations?${query.toString()}`);
    const page = (await response.json()) as { operations: AcquirerEffect[]; next: string; more: boolean };
    effects.push(...page.operations);
    if (!page.more) return effects;
    after = page.next;
  }
}

function bigintAsText(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
