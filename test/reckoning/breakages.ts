import { disputes, increases, payments } from './sound-books.ts';

export const ofGrown = `payment_id = '${payments.grown}'`;
export const grown = `UPDATE payments.payment SET`;
export const whereGrown = `WHERE id = '${payments.grown}'`;

/** An event of a payment is told once more, as the next one. */
function again(type: string): string {
  const columns = 'shard, event_id, merchant_id, aggregate_type, aggregate_id, aggregate_version, type, schema_version';
  return `INSERT INTO payments.event (${columns}, payload, occurred_at)
    SELECT ${columns.replace('event_id', 'gen_random_uuid()').replace('_version,', '_version + 10,')}, payload, occurred_at
    FROM payments.event WHERE type = 'payment.${type}'`;
}

/** What somebody does to sound books by hand, in SQL, and the check that has to see it. */
export const breakages: readonly (readonly [what: string, breakage: string, check: string])[] = [
  [
    'less is authorized than was granted',
    `${grown} authorized = 1499 ${whereGrown}`,
    'holds are the sums of their parts',
  ],
  [
    'the amount has not grown with the hold',
    `${grown} amount = 1501 ${whereGrown}`,
    'holds are the sums of their parts',
  ],
  [
    'an increase is awaited that nobody asked for',
    `${grown} increase_pending = 1 ${whereGrown}`,
    'holds are the sums of their parts',
  ],
  [
    'the first authorization was another',
    `UPDATE payments.attempt SET amount = 900 WHERE ${ofGrown} AND number = 1`,
    'holds are the sums of their parts',
  ],
  [
    'an increase succeeded that was declined',
    `UPDATE payments.authorization_increase SET status = 'succeeded' WHERE id = '${increases.refused}'`,
    'increases are what acquirers granted',
  ],
  [
    'an increase was granted twice',
    `UPDATE payments.attempt SET state = 'approved' WHERE ${ofGrown} AND number = 3`,
    'increases are what acquirers granted',
  ],
  ['an increase is told twice', again('increased'), 'increases are told once'],
  [
    'an increase is told with another amount',
    `UPDATE payments.event SET payload = '{"amount":1}' WHERE type = 'payment.increased'`,
    'increases are told once',
  ],
  [
    'a refused increase is not told',
    `DELETE FROM payments.event WHERE type = 'payment.increase_failed'`,
    'increases are told once',
  ],
  [
    'an increase is forgotten',
    `DELETE FROM payments.authorization_increase WHERE id = '${increases.refused}'`,
    'increases are told once',
  ],
  ['an increase is left on its way', `${grown} increase_pending = 1 ${whereGrown}`, 'payments that nobody finishes'],
  ['an acquirer is not heard', `UPDATE sandbox.callback SET state = 'due'`, 'acquirers are heard'],
  [
    'a dispute is missing',
    `DELETE FROM payments.dispute WHERE id = '${disputes.open}'`,
    'disputes are those that acquirers opened',
  ],
  [
    'a dispute is about another amount',
    `UPDATE payments.dispute SET amount = 1 WHERE id = '${disputes.open}'`,
    'disputes are those that acquirers opened',
  ],
  [
    'a dispute that was won is lost here',
    `UPDATE payments.dispute SET status = 'lost' WHERE status = 'won'`,
    'disputes end as acquirers decided',
  ],
  [
    'a dispute that was decided is open',
    `UPDATE payments.dispute SET status = 'evidence_submitted', closed_at = NULL WHERE status = 'won'`,
    'disputes end as acquirers decided',
  ],
  [
    'a dispute is closed that is open',
    `UPDATE payments.dispute SET status = 'won', closed_at = now()`,
    'no dispute is made up',
  ],
  ['a dispute is not one of the acquirer', `UPDATE payments.dispute SET acquirer = 'beta'`, 'no dispute is made up'],
  ['an opening is told twice', again('dispute_opened'), 'disputes and evidence are told once'],
  ['evidence is told twice', again('dispute_evidence_submitted'), 'disputes and evidence are told once'],
  ['a verdict is told twice', again('dispute_won'), 'disputes and evidence are told once'],
  [
    'evidence is on its way',
    `UPDATE payments.dispute_evidence SET ending = NULL, next_try_at = now()`,
    'evidence is handed in',
  ],
  [
    'accepted evidence is not there',
    `UPDATE payments.dispute_evidence SET text = 'another'`,
    'acquirers have the evidence that they accepted',
  ],
  [
    'evidence is there that was refused',
    `UPDATE payments.dispute_evidence SET ending = 'refused'`,
    'acquirers have no other evidence',
  ],
  [
    'evidence is there that nobody gave',
    `UPDATE sandbox.dispute SET evidence = 'made up' WHERE dispute_id = 'dp_open'`,
    'acquirers have no other evidence',
  ],
  [
    'a dispute is answered without evidence',
    `DELETE FROM payments.dispute_evidence; UPDATE payments.dispute SET status = 'evidence_submitted' WHERE status = 'opened'`,
    'evidence changes where its dispute stands',
  ],
  [
    'evidence leaves a dispute as it was',
    `UPDATE payments.dispute SET status = 'opened', closed_at = NULL`,
    'evidence changes where its dispute stands',
  ],
  [
    'evidence was accepted under two keys',
    `INSERT INTO sandbox.operation SELECT acquirer, 'dsp_again', operation, fingerprint, calls, first_called_at, answer, tells, decided_at, answer_from, findable_from FROM sandbox.operation`,
    'evidence is handed in under one key',
  ],
  ['a review is decided twice', again('review_decided'), 'reviews are decided once'],
  [
    'a decision is not carried out',
    `UPDATE payments.payment SET state = 'in_review' WHERE id = '${payments.blocked}'`,
    'what was decided is carried out',
  ],
  [
    'what a person let pass is blocked',
    `UPDATE payments.payment SET state = 'declined', decline_source = 'risk' WHERE id = '${payments.allowed}'`,
    'what a person let pass goes on',
  ],
  [
    'what a person let pass was never tried',
    `UPDATE payments.payment SET state = 'expired' WHERE id = '${payments.allowed}'; DELETE FROM payments.attempt WHERE payment_id = '${payments.allowed}'`,
    'what a person let pass goes on',
  ],
  [
    'what a person blocked is charged',
    `UPDATE payments.attempt SET payment_id = '${payments.blocked}' WHERE payment_id = '${payments.allowed}'`,
    'nothing passes a review by itself',
  ],
  [
    'what nobody decided about goes on',
    `UPDATE payments.payment SET state = 'authorized' WHERE id = '${payments.undecided}'`,
    'nothing passes a review by itself',
  ],
  [
    'what nobody decided about is declined',
    `UPDATE payments.payment SET state = 'declined' WHERE id = '${payments.undecided}'`,
    'nothing passes a review by itself',
  ],
  [
    'what nobody was to look at is decided',
    `DELETE FROM payments.event WHERE type = 'payment.sent_to_review'`,
    'only what is in review is decided',
  ],
];
