import { setTimeout as pause } from 'node:timers/promises';

export interface UntilOptions {
  /** What is awaited, as it reads after "waited 5 s for …". */
  readonly what: string;
  readonly deadlineMs: number;
  /** Another process cannot signal us, so it is asked again after this long. */
  readonly everyMs?: number;
  /** Ends the wait at once when it can no longer succeed. */
  readonly signal?: AbortSignal;
}

/** Short enough that nobody notices the wait, long enough that the asking costs nothing beside what is awaited. */
const everyMsDefault = 25;

/**
 * Asks until the answer is neither undefined, null nor false, and returns it. A condition that throws counts as "not
 * yet"; the last thing it threw is the cause of the error at the deadline.
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  options: UntilOptions,
): Promise<Exclude<T, undefined | null | false>> {
  const deadline = performance.now() + options.deadlineMs;
  let lastAnswer: unknown;
  let lastFault: unknown;
  for (;;) {
    options.signal?.throwIfAborted();
    try {
      const answer = await condition();
      if (answer !== undefined && answer !== null && answer !== false) {
        return answer as Exclude<T, undefined | null | false>;
      }
      lastAnswer = answer;
      lastFault = undefined;
    } catch (fault) {
      lastFault = fault;
    }
    if (performance.now() >= deadline) throw lateError(options, lastAnswer, lastFault);
    await pause(options.everyMs ?? everyMsDefault, undefined, { signal: options.signal });
  }
}

function lateError(options: UntilOptions, lastAnswer: unknown, lastFault: unknown): Error {
  const seconds = (options.deadlineMs / 1000).toFixed(1);
  const last = lastFault instanceof Error ? `last fault: ${lastFault.message}` : `last answer: ${String(lastAnswer)}`;
  return new Error(`waited ${seconds} s for ${options.what} (${last})`, { cause: lastFault });
}
