import { readdirSync, readFileSync } from 'node:fs';

/**
 * Whether all threads of these processes slept at one and the same moment: each had done everything that it could do, and
 * waited for somebody. A thread that computes, or that others keep from a processor or a disk, does not sleep. Where the
 * kernel does not tell, everybody passes for asleep.
 */
export function areAtRest(pids: readonly number[]): boolean {
  const threads = pids.flatMap(threadsOf);
  const first = threads.map(sleepOf);
  // Whoever sleeps at both looks, and has not been woken in between, slept while the others were looked at.
  return first.every((sleep, index) => sleep !== undefined && sleep === sleepOf(threads[index] ?? ''));
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}/status`);
  } catch {
    return [];
  }
}

/** Which of its sleeps a thread is in, by how often it has given up its processor; undefined while it is awake or has ended. */
function sleepOf(thread: string): string | undefined {
  try {
    const status = readFileSync(thread, 'latin1');
    return /^State:\tS/m.test(status) ? /^voluntary_ctxt_switches:.*$/m.exec(status)?.[0] : undefined;
  } catch {
    return undefined;
  }
}
