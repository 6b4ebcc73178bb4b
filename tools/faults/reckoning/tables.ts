import type pg from 'pg';
import { questionsAboutDisputes } from './disputes.ts';
import type { Finding } from './finding.ts';
import { questionsAboutIncreases } from './increases.ts';
import type { Questions } from './question.ts';
import { questionsAboutReviews } from './reviews.ts';

/** What is no fault of the services, and has to be told apart from what is. */
export interface Allowances {
  /** From when on a wait is excused that names its reason; without it nothing may be left to do. */
  readonly patience?: Patience;
  /** Dead letters of messages that carry these words were put there by whoever tests. */
  readonly poison?: string;
}

/** How far off the next look at an acquirer has to be. What is due before that is not waiting: it has to be done. */
export interface Patience {
  readonly nextLookSeconds: number;
}

/** A merchant may take days over a hold, a customer a while over a challenge; what was given up is looked after for an hour. */
const atRest = `step IN ('ended', 'in_review', 'holding', 'watching', 'awaiting_customer')`;

/**
 * Whether the wait of a saga in the middle of something is accounted for: a person was called, or the next look at the
 * acquirer is a while off, and the row says why.
 */
function waitsForNamedReason({ nextLookSeconds }: Patience): string {
  return `NOT ${atRest} AND waiting_for IS NOT NULL
    AND (step = 'needs_person' OR next_run_at > now() + make_interval(secs => ${nextLookSeconds}))`;
}

/** Beyond the lease of an attempt, which lasts a minute: the merchant's server has refused it, more than once. */
const waitsForTheMerchant = `d.status = 'pending' AND d.attempts > 0 AND d.next_attempt_at > now() + interval '70 seconds'`;

/** Their payments are under way for a reason. */
export function excusedSagas(patience: Patience): string {
  return `SELECT payment_id, kind, step, waiting_for FROM payments.saga WHERE ${waitsForNamedReason(patience)}`;
}

const movements = `'payment.captured', 'payment.refunded', 'payment.dispute_opened', 'payment.dispute_won', 'payment.dispute_lost'`;

const told = `'payment.created', 'payment.sent_to_review', 'payment.action_required', 'payment.authorized', 'payment.increased',
  'payment.increase_failed', 'payment.declined', 'payment.failed', 'payment.captured', 'payment.capture_failed',
  'payment.voided', 'payment.void_failed', 'payment.expired', 'payment.refunded', 'payment.refund_failed',
  'payment.dispute_opened', 'payment.dispute_evidence_submitted', 'payment.dispute_won', 'payment.dispute_lost'`;

function questions({ patience }: Allowances): Questions {
  const unlessExcused =
    patience === undefined
      ? ''
      : `AND NOT EXISTS (SELECT FROM (${excusedSagas(patience)}) excused WHERE excused.payment_id = p.id)`;
  return {
    'payments that nobody finishes': {
      harm: 'stuck',
      query: `SELECT p.id AS payment, p.state FROM payments.payment p
        WHERE (p.state IN ('processing', 'voiding') OR p.capture_pending > 0 OR p.refund_pending > 0 OR p.increase_pending > 0) ${unlessExcused}`,
    },
    'sagas that wait for nothing': {
      harm: 'stuck',
      query: `SELECT s.payment_id AS payment, s.kind, s.step, s.waiting_for, s.next_action, s.next_run_at FROM payments.saga s
        WHERE NOT ${atRest} ${patience === undefined ? '' : `AND NOT (${waitsForNamedReason(patience)})`}`,
    },
    'versions of payments without a gap': {
      harm: 'lost',
      query: `SELECT aggregate_id AS payment, count(*), max(aggregate_version) FROM payments.event GROUP BY 1
        HAVING count(*) <> max(aggregate_version) OR count(DISTINCT aggregate_version) <> count(*)`,
    },
    'guard rows are the sums of their parts': {
      harm: 'wrong',
      query: `SELECT p.id AS payment, p.captured, p.refunded, p.disputed, p.charged_back FROM payments.payment p
        WHERE p.disputed <> (SELECT coalesce(sum(amount), 0) FROM payments.dispute d WHERE d.payment_id = p.id AND closed_at IS NULL)
         OR p.charged_back <> (SELECT coalesce(sum(amount), 0) FROM payments.dispute d WHERE d.payment_id = p.id AND status = 'lost')
         OR p.captured <> (SELECT coalesce(sum(amount), 0) FROM payments.capture c WHERE c.payment_id = p.id AND status = 'succeeded')
         OR p.capture_pending <> (SELECT coalesce(sum(amount), 0) FROM payments.capture c WHERE c.payment_id = p.id AND status = 'pending')
         OR p.refunded <> (SELECT coalesce(sum(amount), 0) FROM payments.refund r WHERE r.payment_id = p.id AND status = 'succeeded')
         OR p.refund_pending <> (SELECT coalesce(sum(amount), 0) FROM payments.refund r WHERE r.payment_id = p.id AND status = 'pending')`,
    },
    'debits are credits': {
      harm: 'wrong',
      query: `SELECT currency, sum(amount) FILTER (WHERE direction = 'debit') AS debit,
          sum(amount) FILTER (WHERE direction = 'credit') AS credit FROM books.entry GROUP BY currency
        HAVING sum(amount) FILTER (WHERE direction = 'debit') IS DISTINCT FROM sum(amount) FILTER (WHERE direction = 'credit')`,
    },
    'every movement is booked': {
      harm: 'lost',
      query: `SELECT e.aggregate_id AS payment, e.event_id, e.type FROM payments.event e
        WHERE e.type IN (${movements}) AND NOT EXISTS (SELECT 1 FROM books.journal j WHERE j.event_id = e.event_id)`,
    },
    'nothing is booked that did not happen': {
      harm: 'doubled',
      query: `SELECT j.event_id, j.kind FROM books.journal j WHERE j.kind <> 'batch_closed'
        AND NOT EXISTS (SELECT 1 FROM payments.event e WHERE e.event_id = j.event_id)`,
    },
    'reserves are what disputes hold back': {
      harm: 'wrong',
      query: `SELECT owner, currency, balance FROM books.account_balance b WHERE account = 'merchant_reserve'
        AND balance <> (SELECT coalesce(sum(p.disputed), 0) FROM payments.payment p
          WHERE p.merchant_id::text = b.owner AND p.currency = b.currency)`,
    },
    'what was booked is settled': {
      harm: 'stuck',
      query: `SELECT payment_id AS payment, kind, amount FROM books.item WHERE batch_id IS NULL`,
    },
    'the feed has no gap': {
      harm: 'lost',
      query: `SELECT merchant_id, count(*), max(sequence) FROM feed.merchant_event GROUP BY 1 HAVING count(*) <> max(sequence)`,
    },
    'merchants are told': {
      harm: 'lost',
      query: `SELECT e.aggregate_id AS payment, e.event_id, e.type FROM payments.event e WHERE e.type IN (${told})
        AND NOT EXISTS (SELECT 1 FROM feed.merchant_event f WHERE f.event_id = e.event_id)`,
    },
    'merchants are told of settlements': {
      harm: 'lost',
      query: `SELECT e.aggregate_id AS payment, e.event_id FROM books.event e WHERE e.type = 'payment.settled'
        AND NOT EXISTS (SELECT 1 FROM feed.merchant_event f WHERE f.event_id = e.event_id)`,
    },
    'webhooks are sent until they are taken': {
      harm: 'stuck',
      query: `SELECT f.payment_id AS payment, d.event_id, d.status, d.attempts FROM feed.delivery d
        JOIN feed.merchant_event f ON f.event_id = d.event_id
        WHERE d.status <> 'delivered' ${patience === undefined ? '' : `AND NOT (${waitsForTheMerchant})`}`,
    },
    'messages that nobody could take': {
      harm: 'stuck',
      query: ['payments', 'fraud', 'books', 'feed']
        .map((schema) => `SELECT id, consumer, error, payload FROM ${schema}.dead_letter WHERE replayed_at IS NULL`)
        .join(' UNION ALL '),
    },
    ...questionsAboutIncreases,
    ...questionsAboutDisputes(patience !== undefined),
    ...questionsAboutReviews,
  };
}

const shownOfEach = 5;

/** What the tables say about themselves and about each other, by plain SQL. Empty when everything adds up. */
export async function checkTables(database: pg.ClientBase, allowances: Allowances): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const [check, { harm, query }] of Object.entries(questions(allowances))) {
    const { rows } = await database.query<Record<string, unknown>>(query);
    const counted = rows.filter((row) => !isPoison(row, allowances));
    for (const row of counted.slice(0, shownOfEach)) found.push({ harm, check, ...about(row) });
    const more = counted.length - shownOfEach;
    if (more > 0) found.push({ harm, check, what: `and ${more} more` });
  }
  return found;
}

function isPoison(row: Readonly<Record<string, unknown>>, { poison }: Allowances): boolean {
  return poison !== undefined && typeof row['payload'] === 'string' && row['payload'].includes(poison);
}

function about(row: Readonly<Record<string, unknown>>): Pick<Finding, 'what' | 'payment'> {
  const { payment } = row;
  const what = JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  return typeof payment === 'string' ? { what, payment } : { what };
}
