import { expect } from 'vitest';
import type { HttpAnswer, Sandbox } from './sandbox.ts';

/**
 * Makes a call that is never answered: waits until the sandbox holds it open, leaves, and sees the sandbox let go.
 * Nothing sleeps: the clock of the test tells when a call waits on it.
 */
export async function unanswered(sandbox: Sandbox, call: (signal: AbortSignal) => Promise<HttpAnswer>): Promise<void> {
  const patience = new AbortController();
  const answer = call(patience.signal);
  await Promise.race([
    sandbox.clock.waiting(1),
    answer.then(({ status, text }) => Promise.reject(new Error(`answered ${status} ${text}`))),
  ]);
  patience.abort();
  await expect(answer).rejects.toThrow('aborted');
  await sandbox.clock.waiting(0);
}
