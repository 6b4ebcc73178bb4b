/** A second press within this time is the same press: npm, a shell and the terminal may all pass it on. */
const samePressMs = 1_000;

export interface StopRequest {
  /** Aborted when somebody wants this to end. */
  readonly signal: AbortSignal;
}

/**
 * Ctrl-C, a polite kill, a closed terminal, or the death of the process that started us. A second press while the first
 * is still being answered ends this process at once; the next start clears up behind it.
 */
export function listenForStop(onImpatience: () => void): StopRequest {
  const requested = new AbortController();
  let firstAt = 0;
  const onSignal = (): void => {
    const now = performance.now();
    if (!requested.signal.aborted) {
      firstAt = now;
      requested.abort(new Error('asked to stop'));
    } else if (now - firstAt > samePressMs) onImpatience();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  process.once('disconnect', onSignal);
  return { signal: requested.signal };
}
