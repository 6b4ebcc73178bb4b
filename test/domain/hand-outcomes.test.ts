import { expect, test } from 'vitest';
import {
  handOutcomesOf,
  type AttemptOperation,
  type AttemptState,
  type HandOutcome,
  type SagaKind,
  type SagaStep,
} from '#domain';

/** What a person may say, in this step, of an attempt that stands so. */
type Row = readonly [
  kind: SagaKind,
  step: SagaStep,
  waits: 'goes on' | 'needs a person',
  operation: AttemptOperation,
  state: AttemptState,
  amount: 'as asked' | 'another',
  words: string,
];

const anything = 'approved declined not_done';

const policy: readonly Row[] = [
  // While the schedule still asks, a person may know more.
  ['charge', 'authorizing', 'goes on', 'authorize', 'outcome_unknown', 'as asked', `${anything} release`],
  ['charge', 'watching', 'goes on', 'authorize', 'outcome_unknown', 'as asked', `${anything} release`],
  ['capture', 'capturing', 'goes on', 'capture', 'outcome_unknown', 'as asked', anything],
  ['void', 'voiding', 'goes on', 'void', 'outcome_unknown', 'as asked', anything],
  ['refund', 'refunding', 'goes on', 'refund', 'outcome_unknown', 'as asked', anything],
  // The acquirer has its time, the customer is at it, or there is nothing to find out.
  ['charge', 'authorizing', 'goes on', 'authorize', 'submitted', 'as asked', ''],
  ['charge', 'awaiting_customer', 'goes on', 'authorize', 'action_required', 'as asked', ''],
  ['charge', 'authorizing', 'goes on', 'authorize', 'not_sent', 'as asked', ''],
  ['charge', 'holding', 'goes on', 'authorize', 'approved', 'as asked', ''],
  ['charge', 'in_review', 'goes on', 'authorize', 'outcome_unknown', 'as asked', ''],
  ['charge', 'ended', 'goes on', 'authorize', 'declined', 'as asked', ''],
  // A person was called.
  ['charge', 'authorizing', 'needs a person', 'authorize', 'submitted', 'as asked', `${anything} release`],
  ['charge', 'authorizing', 'needs a person', 'authorize', 'outcome_unknown', 'as asked', `${anything} release`],
  ['charge', 'awaiting_customer', 'needs a person', 'authorize', 'action_required', 'as asked', `${anything} release`],
  ['refund', 'refunding', 'needs a person', 'refund', 'outcome_unknown', 'as asked', anything],
  // Another amount is held than was asked for: it can only go back.
  ['charge', 'authorizing', 'needs a person', 'authorize', 'outcome_unknown', 'another', 'release'],
  ['charge', 'awaiting_customer', 'needs a person', 'authorize', 'action_required', 'another', 'release'],
  ['charge', 'watching', 'needs a person', 'authorize', 'outcome_unknown', 'another', 'release'],
  ['increase', 'increasing', 'needs a person', 'increase', 'outcome_unknown', 'another', 'declined'],
  // What was taken or given can be put right with the acquirer.
  ['capture', 'capturing', 'needs a person', 'capture', 'outcome_unknown', 'another', anything],
  // Refused or never sent: once more, and a hold can have ended without us.
  ['charge', 'releasing', 'needs a person', 'void', 'declined', 'as asked', 'approved not_done'],
  ['reversal', 'reversing', 'needs a person', 'void', 'not_sent', 'as asked', 'approved not_done'],
  ['refund', 'refunding', 'needs a person', 'refund', 'not_sent', 'as asked', 'not_done'],
];

test.each(policy)('%s, %s, %s; %s is %s, amount %s: %s', (kind, step, waits, operation, state, amount, words) => {
  const stuck = waits === 'needs a person';
  const saga = { version: 2, kind, step: stuck ? 'needs_person' : step, stuckAt: stuck ? step : null } as const;
  const attempt = { operation, state, answeredMinor: amount === 'another' ? 1_098n : null };
  const expected = words.split(' ').filter((word) => word !== '') as HandOutcome[];
  expect(handOutcomesOf(saga, attempt)).toEqual(expected);
});
