import { until as untilAnswer, type UntilOptions } from '../../tools/processes/until.ts';

/** Longer than anything takes on two busy cores, shorter than a test's own time-out, so that this message is the one. */
const deadlineMsDefault = 15_000;

/** Asks until the answer is something, and names what it waited for when it never was. */
export function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  options: Partial<Omit<UntilOptions, 'what'>> = {},
): Promise<Exclude<T, undefined | null | false>> {
  return untilAnswer(condition, { what, deadlineMs: deadlineMsDefault, ...options });
}

export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(reason: unknown): void;
}

/** A promise that the test settles: the way to hold one side of a race while the other goes on. */
export function deferred<T = void>(): Deferred<T> {
  return Promise.withResolvers<T>();
}
