import { eventsOf, type Questions } from './question.ts';

/** Of the increases of the payment `p`. */
function increases(status: 'pending' | 'succeeded' | 'failed', what = 'coalesce(sum(amount), 0)'): string {
  return `(SELECT ${what} FROM payments.authorization_increase i
    WHERE i.merchant_id = p.merchant_id AND i.payment_id = p.id AND status = '${status}')`;
}

/** Of what acquirers approved for the payment `p` by our own record. */
function approved(operation: 'authorize' | 'increase', what = 'coalesce(sum(amount), 0)'): string {
  return `(SELECT ${what} FROM payments.attempt a
    WHERE a.merchant_id = p.merchant_id AND a.payment_id = p.id AND operation = '${operation}' AND a.state = 'approved')`;
}

function told(type: 'increased' | 'increase_failed' | 'increase_requested', what: string): string {
  return `(SELECT ${what} FROM ${eventsOf(type)})`;
}

const amountTold = `coalesce(sum((e.payload::jsonb ->> 'amount')::bigint), 0)`;
const increasesTold = `count(DISTINCT e.payload::jsonb ->> 'increaseId')`;

/** Holds that grow: what is authorized is what was authorized at first, and what has been granted since. */
export const questionsAboutIncreases: Questions = {
  'holds are the sums of their parts': {
    harm: 'wrong',
    query: `SELECT p.id AS payment, p.amount, p.authorized, p.increase_pending FROM payments.payment p
      WHERE p.authorized <> ${approved('authorize')} + ${increases('succeeded')}
       OR p.amount <> (SELECT sum((e.payload::jsonb -> 'payment' ->> 'amount')::bigint) FROM ${eventsOf('created')}) + ${increases('succeeded')}
       OR p.increase_pending <> ${increases('pending')}`,
  },
  'increases are what acquirers granted': {
    harm: 'wrong',
    query: `SELECT p.id AS payment, ${increases('succeeded')} AS succeeded, ${approved('increase')} AS approved FROM payments.payment p
      WHERE ${increases('succeeded')} <> ${approved('increase')}
       OR ${increases('succeeded', 'count(*)')} <> ${approved('increase', 'count(*)')}`,
  },
  'increases are told once': {
    harm: 'doubled',
    query: `SELECT p.id AS payment, ${told('increased', 'count(*)')} AS told FROM payments.payment p
      WHERE ${told('increased', 'count(*)')} <> ${told('increased', increasesTold)}
       OR ${told('increased', amountTold)} <> ${increases('succeeded')}
       OR ${told('increased', 'count(*)')} <> ${increases('succeeded', 'count(*)')}
       OR ${told('increase_failed', 'count(*)')} <> ${increases('failed', 'count(*)')}
       OR ${told('increase_requested', 'count(*)')} <>
         (SELECT count(*) FROM payments.authorization_increase i
    WHERE i.merchant_id = p.merchant_id AND i.payment_id = p.id)`,
  },
};
