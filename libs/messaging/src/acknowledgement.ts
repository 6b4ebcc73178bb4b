/** What became of a delivered message. */
export type HandlingOutcome =
  /** `leftForLater`: the ids of those that came before an earlier event of their aggregate. `pause`: before the next ones. */
  | { readonly kind: 'handled'; readonly leftForLater?: ReadonlySet<string>; readonly pause?: () => Promise<void> }
  /** The inbox knew it already. */
  | { readonly kind: 'duplicate' }
  /** No envelope, or data that its own schema refuses: no repetition will help. */
  | { readonly kind: 'unreadable'; readonly error: Error }
  /** An earlier event of the same aggregate has not arrived yet. */
  | { readonly kind: 'too_early'; readonly error: Error }
  /** `unavailable`: something we depend on is away; the message is not to blame. */
  | { readonly kind: 'failed'; readonly unavailable: boolean; readonly error: Error };

export type Acknowledgement =
  | { readonly type: 'ack' }
  | { readonly type: 'retry_later'; readonly afterMs: number }
  | { readonly type: 'park' };

/** With the pauses below a poison message is given up after about two minutes. */
const failuresMax = 10;
const pausesMs = [100, 250, 500, 1_000, 2_500, 5_000, 15_000, 30_000, 60_000] as const;
/** Its predecessor is usually milliseconds away. */
const tooEarlyPauseMs = 50;
/**
 * For ten seconds the pauses grow by 50 ms each, then it is asked for every twenty seconds, for half an hour in all: a
 * predecessor on another stream may stand behind a long backlog. After that a person has to look at it first, and waiting
 * on would only fill the consumer's window.
 */
const tooEarlyMax = 100;
const tooEarlyQuickTries = 20;
const tooEarlySlowPauseMs = 20_000;
/** Whoever has to stop while something is away gives its messages back; another process may see it. */
const handBackMs = 1_000;

/** The one place where it is decided how a message is answered. `failures`: how often it has not been handled, this time included. */
export function acknowledgementOf(outcome: HandlingOutcome, failures: number): Acknowledgement {
  switch (outcome.kind) {
    case 'handled':
    case 'duplicate':
      return { type: 'ack' };
    case 'unreadable':
      return { type: 'park' };
    case 'too_early':
      if (failures >= tooEarlyMax) return { type: 'park' };
      return {
        type: 'retry_later',
        afterMs: failures <= tooEarlyQuickTries ? tooEarlyPauseMs * failures : tooEarlySlowPauseMs,
      };
    case 'failed':
      if (outcome.unavailable) return { type: 'retry_later', afterMs: handBackMs };
      if (failures >= failuresMax) return { type: 'park' };
      return { type: 'retry_later', afterMs: pausesMs[Math.min(failures, pausesMs.length) - 1] ?? pausesMs[0] };
  }
}

/** A deadlock is over at once, a database that restarts takes seconds; nobody notices a second more. */
const unavailabilityPauseMaxMs = 1_000;

/** How long to wait before the work is tried again that failed for something else's absence. */
export function unavailabilityPauseMs(failures: number): number {
  return Math.min(unavailabilityPauseMaxMs, 25 * 2 ** failures);
}
