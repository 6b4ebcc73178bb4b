import { eventsOf, type Questions } from './question.ts';

/** What an acquirer has told of a dispute, with ours beside it where there is one. */
function toldOf(type: 'opened' | 'closed'): string {
  return `(SELECT c.acquirer, c.body::jsonb -> 'data' AS data FROM sandbox.callback c
      WHERE c.type = 'dispute.${type}' AND c.state = 'delivered') told
    LEFT JOIN payments.dispute d ON d.acquirer = told.acquirer AND d.acquirer_dispute = told.data ->> 'disputeId'`;
}

function disputes(condition: string): string {
  return `(SELECT count(*) FROM payments.dispute d WHERE d.merchant_id = p.merchant_id AND d.payment_id = p.id AND ${condition})`;
}

function told(type: 'dispute_opened' | 'dispute_evidence_submitted' | 'dispute_won' | 'dispute_lost'): string {
  return `(SELECT count(*) FROM ${eventsOf(type)})`;
}

/** Evidence and the record of whoever decides about it. A verdict that came meanwhile may have been over it, or without it. */
const evidence = `payments.dispute_evidence e
  JOIN payments.dispute d ON d.merchant_id = e.merchant_id AND d.payment_id = e.payment_id AND d.id = e.dispute_id
  LEFT JOIN sandbox.dispute s ON s.acquirer = d.acquirer AND s.dispute_id = d.acquirer_dispute`;

/** Longer than one who has evidence in hand is waited for, which is 70 s: what is due later was tried, and more than once. */
const waitsForTheAcquirer = `e.tries > 0 AND e.next_try_at > now() + interval '70 seconds'`;

/** Disputes as the acquirers have them, by their own record, and what merchants had to say to them. */
export function questionsAboutDisputes(mayWait: boolean): Questions {
  return {
    'acquirers are heard': {
      harm: 'stuck',
      query: `SELECT callback_id, acquirer, type, tries, next_try_at FROM sandbox.callback
        WHERE state = 'due' AND happens_at <= now() AND type IN ('dispute.opened', 'dispute.closed')`,
    },
    'disputes are those that acquirers opened': {
      harm: 'lost',
      query: `SELECT told.data, d.payment_id AS payment, d.amount FROM ${toldOf('opened')}
        WHERE d.id IS NULL OR d.amount <> (told.data ->> 'amountMinor')::bigint`,
    },
    'disputes end as acquirers decided': {
      harm: 'lost',
      query: `SELECT told.data, d.payment_id AS payment, d.status FROM ${toldOf('closed')}
        WHERE d.status IS DISTINCT FROM told.data ->> 'outcome'`,
    },
    'no dispute is made up': {
      harm: 'wrong',
      query: `SELECT d.payment_id AS payment, d.id, d.status FROM payments.dispute d
        WHERE NOT EXISTS (SELECT FROM sandbox.dispute s WHERE s.acquirer = d.acquirer AND s.dispute_id = d.acquirer_dispute)
         OR d.closed_at IS NOT NULL AND NOT EXISTS (SELECT FROM sandbox.callback c WHERE c.type = 'dispute.closed'
           AND c.acquirer = d.acquirer AND c.state <> 'withdrawn' AND c.body::jsonb -> 'data' ->> 'disputeId' = d.acquirer_dispute
           AND c.body::jsonb -> 'data' ->> 'outcome' = d.status)`,
    },
    'disputes and evidence are told once': {
      harm: 'doubled',
      query: `SELECT p.id AS payment, ${told('dispute_opened')} AS opened, ${told('dispute_evidence_submitted')} AS answered,
          ${told('dispute_won')} AS won, ${told('dispute_lost')} AS lost FROM payments.payment p
        WHERE ${told('dispute_opened')} <> ${disputes('true')}
         OR ${told('dispute_won')} <> ${disputes(`d.status = 'won'`)} OR ${told('dispute_lost')} <> ${disputes(`d.status = 'lost'`)}
         OR ${told('dispute_evidence_submitted')} <> (SELECT count(*) FROM payments.dispute_evidence e
           WHERE e.merchant_id = p.merchant_id AND e.payment_id = p.id)`,
    },
    'evidence is handed in': {
      harm: 'stuck',
      query: `SELECT e.payment_id AS payment, e.dispute_id, e.tries, e.next_try_at FROM payments.dispute_evidence e
        WHERE e.ending IS NULL ${mayWait ? `AND NOT (${waitsForTheAcquirer})` : ''}`,
    },
    'acquirers have the evidence that they accepted': {
      harm: 'lost',
      query: `SELECT e.payment_id AS payment, e.dispute_id, e.ending, e.text, s.evidence FROM ${evidence}
        WHERE e.ending = 'accepted' AND s.evidence IS DISTINCT FROM e.text`,
    },
    'acquirers have no other evidence': {
      harm: 'wrong',
      query: `SELECT d.payment_id AS payment, s.dispute_id, s.evidence FROM sandbox.dispute s
        LEFT JOIN payments.dispute d ON d.acquirer = s.acquirer AND d.acquirer_dispute = s.dispute_id
        WHERE s.evidence IS NOT NULL AND NOT EXISTS (SELECT FROM payments.dispute_evidence e
          WHERE e.payment_id = d.payment_id AND e.dispute_id = d.id AND e.text = s.evidence AND e.ending IS DISTINCT FROM 'refused')`,
    },
    'evidence changes where its dispute stands': {
      harm: 'wrong',
      query: `SELECT d.payment_id AS payment, d.id, d.status FROM payments.dispute d
        WHERE (d.status = 'opened') AND EXISTS (SELECT FROM payments.dispute_evidence e WHERE e.dispute_id = d.id)
         OR d.status = 'evidence_submitted' AND NOT EXISTS (SELECT FROM payments.dispute_evidence e WHERE e.dispute_id = d.id)`,
    },
    'evidence is handed in under one key': {
      harm: 'doubled',
      query: `SELECT acquirer, answer ->> 'disputeId' AS dispute, count(*) FROM sandbox.operation
        WHERE operation = 'evidence' AND answer ->> 'status' = 'approved' GROUP BY 1, 2 HAVING count(*) > 1`,
    },
  };
}
