/** How much trouble an acquirer may make before it is left alone, and how much it is asked for at once. */
export interface GuardLimits {
  /** A call that has no answer after this counts as failed, though it is still listened to. */
  readonly slowAfterMs: number;
  /** Calls whose fate became known longer ago than this say nothing about now. */
  readonly windowMs: number;
  /** Fewer calls than this in the window are no evidence. */
  readonly callsMin: number;
  /** More than this share of failures opens the breaker. */
  readonly failureShareMax: number;
  /** How long the breaker stays open: the first time, after its probes failed once, twice and so on; the last one repeats. */
  readonly openMs: readonly [number, ...number[]];
  /** Calls that are let through when the breaker has been open; all of them must succeed. */
  readonly probes: number;
  /** Calls of one operation under way at one acquirer. */
  readonly sideBySideMax: number;
  /** Calls that wait for one of those to end. */
  readonly waitingMax: number;
  /** Longer than this none of them waits. */
  readonly waitMaxMs: number;
  /** Further tries of a call that was surely not sent, before its answer is given to the saga. */
  readonly quickRetriesMax: number;
  /** Pauses before them: about the first at first, never more than the second. */
  readonly quickRetryPauseMs: { readonly initial: number; readonly max: number };
}

/** Also how many connections one operation of an acquirer may need. At 200 ms a call it is 320 calls a second. */
export const sideBySideMax = 64;

export const guardLimits: GuardLimits = {
  // Acquirers that are well answer within a second. With the window below a hang is noticed in two to four seconds.
  slowAfterMs: 2_000,
  // No longer than a call takes to be slow: successes from before a hang have left the window when the first slow call
  // is counted, and cannot outvote it.
  windowMs: 2_000,
  // Five calls a second. A few cards that always fail close no acquirer for all others.
  callsMin: 10,
  failureShareMax: 0.5,
  openMs: [2_000, 5_000, 10_000, 30_000],
  probes: 3,
  sideBySideMax,
  waitingMax: 64,
  // Who waits longer had better be told, and asked for elsewhere; the time that an answer may take runs already.
  waitMaxMs: 250,
  quickRetriesMax: 1,
  quickRetryPauseMs: { initial: 50, max: 250 },
};
