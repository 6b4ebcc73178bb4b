import { eventsOf, type Questions } from './question.ts';

function decided(decision: 'allow' | 'block'): string {
  return `EXISTS (SELECT FROM ${eventsOf('review_decided')} AND e.payload::jsonb ->> 'decision' = '${decision}')`;
}

const wentToReview = `EXISTS (SELECT FROM ${eventsOf('sent_to_review')})`;
const wasDecided = `EXISTS (SELECT FROM ${eventsOf('review_decided')})`;
const isWithAcquirers = `EXISTS (SELECT FROM payments.attempt a WHERE a.merchant_id = p.merchant_id AND a.payment_id = p.id)`;

/** A person decides, once, and what they decided happens; a merchant who was faster has withdrawn the payment. */
export const questionsAboutReviews: Questions = {
  'reviews are decided once': {
    harm: 'doubled',
    query: `SELECT aggregate_id AS payment, count(*) FROM payments.event WHERE type = 'payment.review_decided'
      GROUP BY 1 HAVING count(*) > 1`,
  },
  'what was decided is carried out': {
    harm: 'stuck',
    query: `SELECT p.id AS payment, p.state FROM payments.payment p WHERE p.state = 'in_review' AND ${wasDecided}`,
  },
  'what a person let pass goes on': {
    harm: 'lost',
    query: `SELECT p.id AS payment, p.state, p.decline_code FROM payments.payment p
      WHERE ${decided('allow')} AND (p.decline_source = 'risk'
       OR NOT ${isWithAcquirers} AND p.state NOT IN ('in_review', 'processing', 'voided', 'failed'))`,
  },
  'nothing passes a review by itself': {
    harm: 'wrong',
    query: `SELECT p.id AS payment, p.state FROM payments.payment p WHERE NOT ${decided('allow')} AND ${wentToReview}
      AND (${isWithAcquirers} OR p.authorized > 0 OR p.state NOT IN ('in_review', 'voided', 'declined')
       OR p.state = 'declined' AND NOT ${decided('block')}
       OR p.state = 'declined' AND p.decline_source IS DISTINCT FROM 'risk')`,
  },
  'only what is in review is decided': {
    harm: 'wrong',
    query: `SELECT p.id AS payment, p.state FROM payments.payment p WHERE ${wasDecided} AND NOT ${wentToReview}`,
  },
};
