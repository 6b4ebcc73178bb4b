/** What became of a delivered message. */
export type HandlingOutcome =
  | { readonly kind: 'handled' }
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
export const deliveriesMax = 10;
const pausesMs = [100, 250, 500, 1_000, 2_500, 5_000, 15_000, 30_000, 60_000] as const;
/** Its predecessor is usually milliseconds away. */
const tooEarlyPauseMs = 50;
const unavailablePauseMs = 1_000;

/** The one place where it is decided how a message is answered. */
export function acknowledgementOf(outcome: HandlingOutcome, deliveries: number): Acknowledgement {
  switch (outcome.kind) {
    case 'handled':
    case 'duplicate':
      return { type: 'ack' };
    case 'unreadable':
      return { type: 'park' };
    case 'too_early':
      return { type: 'retry_later', afterMs: tooEarlyPauseMs * Math.min(deliveries, 20) };
    case 'failed':
      if (outcome.unavailable) return { type: 'retry_later', afterMs: unavailablePauseMs };
      if (deliveries >= deliveriesMax) return { type: 'park' };
      return { type: 'retry_later', afterMs: pausesMs[Math.min(deliveries, pausesMs.length) - 1] ?? pausesMs[0] };
  }
}
