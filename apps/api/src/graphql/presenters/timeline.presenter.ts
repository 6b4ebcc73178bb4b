import { decimalOf, type AttemptOperation, type AttemptState, type Money, type Payment } from '#domain';
import type { PastEvent } from '../../readers/history-reader.ts';
import type { AttemptView } from '../../readers/operation-reader.ts';
import type { PaymentView } from '../../readers/payment-view.ts';
import type { TimelineEntryType } from '../types/payment-details.type.ts';
import { AttemptOutcomeType, type AttemptOutcome } from '../types/payment.enums.ts';
import { outcomeOf } from './attempt-outcome.ts';
import { storyOf } from './event-stories.ts';

/** Everything that happened to a payment, causes before effects: its events, its attempts, its settlement. */
export function presentTimeline(
  { payment, settlement }: PaymentView,
  events: readonly PastEvent[],
  attempts: readonly AttemptView[],
): TimelineEntryType[] {
  const attemptsBehind = Map.groupBy(attempts, (attempt) => eventBefore(attempt, events, payment));
  const entries = [undefined, ...events].flatMap((event, index) => [
    ...(event === undefined ? [] : [entryOfEvent(event)]),
    ...(attemptsBehind.get(index - 1) ?? []).map((attempt) => entryOfAttempt(attempt, event)),
  ]);
  if (settlement === null) return entries;
  const settled = {
    at: settlement.settledAt,
    kind: 'payment.settled',
    summary: `${inWords(settlement.net)} became available to the merchant, with ${inWords(settlement.fee)} taken off as fees.`,
    details: {
      batchId: settlement.batchId,
      net: Number(settlement.net.minor),
      fee: Number(settlement.fee.minor),
      currency: settlement.net.currency,
    },
  };
  const behind = entries.findLastIndex((entry) => entry.at <= settled.at);
  return entries.toSpliced(behind + 1, 0, settled);
}

/** An attempt begins in the transaction of these, a moment before their event is stamped. */
const causes = {
  authorize: ['payment.risk_assessed', 'payment.review_decided'],
  increase: ['payment.increase_requested'],
  capture: ['payment.authorized'],
  void: ['payment.capture_failed'],
  refund: [],
} as const satisfies Record<AttemptOperation, readonly string[]>;

const effects = {
  authorize: ['payment.authorized', 'payment.declined', 'payment.failed', 'payment.outcome_unknown'],
  increase: ['payment.increased', 'payment.increase_failed', 'payment.increase_outcome_unknown'],
  capture: ['payment.captured', 'payment.capture_failed', 'payment.outcome_unknown'],
  void: ['payment.voided', 'payment.void_failed', 'payment.failed', 'payment.outcome_unknown'],
  refund: ['payment.refunded', 'payment.refund_failed', 'payment.outcome_unknown'],
} as const satisfies Record<AttemptOperation, readonly string[]>;

/** The index of the event behind which an attempt belongs: by its time, but not before its cause nor behind its effect. */
function eventBefore(attempt: AttemptView, events: readonly PastEvent[], payment: Payment): number {
  const byTime = events.findLastIndex((event) => event.occurredAt <= attempt.startedAt);
  const isCause = (event: PastEvent): boolean => (causes[attempt.operation] as readonly string[]).includes(event.type);
  // A capture that a merchant asked for may have failed long before a void that the merchant asked for.
  const causedBySaga = attempt.operation !== 'void' || payment.captureMethod === 'automatic';
  const cause = causedBySaga
    ? events.findIndex((event) => isCause(event) && event.occurredAt >= attempt.startedAt)
    : -1;
  const earliest = Math.max(byTime, cause);
  const effect = events.findIndex(
    (event, index) =>
      index > cause &&
      event.occurredAt >= attempt.startedAt &&
      (effects[attempt.operation] as readonly string[]).includes(event.type),
  );
  return effect === -1 ? earliest : Math.min(earliest, effect - 1);
}

function entryOfEvent({ type, occurredAt, data }: PastEvent): TimelineEntryType {
  return { at: occurredAt, kind: type, ...storyOf(type, data) };
}

/** `behind` may be stamped a moment after the attempt that it caused. */
function entryOfAttempt(attempt: AttemptView, behind: PastEvent | undefined): TimelineEntryType {
  const { startedAt, operation, acquirer, amount, state, declineCode, finishedAt } = attempt;
  const at = behind !== undefined && behind.occurredAt > startedAt ? behind.occurredAt : startedAt;
  const tookMs = finishedAt === null ? '' : ` after ${finishedAt.getTime() - startedAt.getTime()} ms`;
  const code = declineCode === null ? '' : ` (${declineCode})`;
  return {
    at,
    kind: `attempt.${operation}`,
    summary: `Asked ${acquirer} to ${operation} ${inWords(amount)}: ${stateInWords[state]}${code}${tookMs}.`,
    details: {
      number: attempt.number,
      acquirer,
      operation,
      amount: Number(amount.minor),
      currency: amount.currency,
      outcome: outcomeNames.get(outcomeOf(state)),
      declineCode,
      routedBecause: attempt.routedBecause,
      ...(attempt.routing === null ? {} : { routing: attempt.routing }),
      startedAt: startedAt.toISOString(),
      finishedAt: finishedAt?.toISOString() ?? null,
    },
  };
}

/** As `PaymentAttempt.outcome` names it. */
const outcomeNames = new Map<AttemptOutcome, string>(
  Object.entries(AttemptOutcomeType).map(([name, state]) => [state, name]),
);

const stateInWords = {
  submitted: 'no answer yet',
  action_required: 'the customer has to act first',
  outcome_unknown: 'no answer, and it is not known what was done',
  approved: 'approved',
  declined: 'declined',
  not_sent: 'surely not done',
  approved_late: 'approved after we had given up',
} as const satisfies Record<AttemptState, string>;

function inWords(amount: Money): string {
  return `${decimalOf(amount)} ${amount.currency}`;
}
