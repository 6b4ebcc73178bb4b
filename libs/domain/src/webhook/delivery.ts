import { invariant } from '../primitives/invariant.ts';
import type { EndpointStatus } from './endpoint.ts';

export type DeliveryStatus = 'pending' | 'delivered' | 'exhausted' | 'cancelled';

type DeliveryEvent = 'deliver' | 'postpone' | 'give_up' | 'cancel';

/** Read a row as: in this status, on that event, go there. A missing cell is an illegal move. */
export const deliveryTransitions = {
  pending: { deliver: 'delivered', postpone: 'pending', give_up: 'exhausted', cancel: 'cancelled' },
  delivered: {},
  exhausted: {},
  cancelled: {},
} as const satisfies Record<DeliveryStatus, Partial<Record<DeliveryEvent, DeliveryStatus>>>;

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/**
 * How long each attempt waits after the one before: the schedule that Standard Webhooks proposes. The first goes out at once,
 * the last about three days and three hours later.
 */
export const attemptDelaysMs = [
  0,
  5 * secondMs,
  5 * minuteMs,
  30 * minuteMs,
  2 * hourMs,
  5 * hourMs,
  10 * hourMs,
  14 * hourMs,
  20 * hourMs,
  24 * hourMs,
] as const;

/** A receiver that was away gets its events back spread out, not all at the same moment. */
const jitter = 0.1;

/** A receiver may ask for a pause as long as our longest own; a longer one would outlive the delivery. */
const retryAfterMsMax = 24 * hourMs;

/** Longer than the whole schedule of one delivery, so that a single lost event never disables an endpoint. */
const failingMsMax = 5 * dayMs;

/** What came of one attempt. `retryAfter` is the header as the receiver wrote it. */
export type Answer =
  | { readonly kind: 'answered'; readonly status: number; readonly retryAfter: string | null }
  | { readonly kind: 'unanswered' };

/** The delivery and its endpoint as they stood before the attempt. */
export interface Attempted {
  readonly status: DeliveryStatus;
  /** Attempts that were made before this one. */
  readonly attempts: number;
  /** Since when the endpoint has taken nothing; null while it takes what it gets. */
  readonly failingSince: Date | null;
}

export interface Verdict {
  readonly delivery: { readonly status: DeliveryStatus; readonly nextAttemptAt: Date | null };
  readonly endpoint: {
    readonly status: EndpointStatus;
    readonly failingSince: Date | null;
    /** Nothing is sent to the endpoint before; null leaves a pause that it asked for earlier. */
    readonly pausedUntil: Date | null;
  };
}

/**
 * Decides what an attempt means. Only 2xx is success. 410 says that the receiver is gone. Everything else waits for its next
 * turn, for 429 and 5xx as long as the receiver asks. `chance` is from [0, 1).
 */
export function judgeAttempt(before: Attempted, answer: Answer, at: Date, chance: number): Verdict {
  const status = answer.kind === 'answered' ? answer.status : undefined;
  if (status !== undefined && status >= 200 && status <= 299) {
    return verdict(before, 'deliver', null, { status: 'enabled', failingSince: null, pausedUntil: null });
  }
  const failingSince = before.failingSince ?? at;
  if (status === 410) return verdict(before, 'cancel', null, { status: 'disabled', failingSince, pausedUntil: null });

  const lastsTooLong = at.getTime() - failingSince.getTime() >= failingMsMax;
  const pausedUntil = pauseAskedFor(answer, at);
  const endpoint = {
    status: lastsTooLong ? ('disabled_by_failures' as const) : ('enabled' as const),
    failingSince,
    pausedUntil,
  };
  const delayMs = attemptDelaysMs[before.attempts + 1];
  if (delayMs === undefined) return verdict(before, 'give_up', null, endpoint);
  if (lastsTooLong) return verdict(before, 'cancel', null, endpoint);
  const scheduled = later(at, Math.round(delayMs * (1 - jitter + 2 * jitter * chance)));
  return verdict(before, 'postpone', latest(scheduled, pausedUntil), endpoint);
}

function verdict(
  before: Attempted,
  event: DeliveryEvent,
  nextAttemptAt: Date | null,
  endpoint: Verdict['endpoint'],
): Verdict {
  const row: Partial<Record<DeliveryEvent, DeliveryStatus>> = deliveryTransitions[before.status];
  const status = row[event];
  invariant(status !== undefined, `a delivery that is ${before.status} cannot ${event}`);
  return { delivery: { status, nextAttemptAt }, endpoint };
}

/** Seconds or an HTTP date (RFC 9110, 10.2.3). Anything else was not said; too long is cut; a time gone by is now. */
function pauseAskedFor(answer: Answer, at: Date): Date | null {
  if (answer.kind !== 'answered' || answer.retryAfter === null) return null;
  if (answer.status !== 429 && answer.status < 500) return null;
  const text = answer.retryAfter.trim();
  const pauseMs = /^\d{1,10}$/.test(text) ? Number(text) * secondMs : httpDateMs(text) - at.getTime();
  return Number.isNaN(pauseMs) ? null : later(at, Math.min(Math.max(pauseMs, 0), retryAfterMsMax));
}

/** The one form that RFC 9110 lets senders write, for example `Sun, 06 Nov 1994 08:49:37 GMT`. */
function httpDateMs(text: string): number {
  return /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text) ? Date.parse(text) : Number.NaN;
}

function later(at: Date, ms: number): Date {
  return new Date(at.getTime() + ms);
}

function latest(one: Date, other: Date | null): Date {
  return other !== null && other > one ? other : one;
}
