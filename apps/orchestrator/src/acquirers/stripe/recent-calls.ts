import type { AttemptId } from '#domain';
import type { AcquirerRequest } from '../acquirer.ts';

/** Where to look for what became of a call. */
export type RecentCall = Pick<AcquirerRequest, 'operation' | 'authorization'>;

/** More calls than are ever undecided at once; at about 200 bytes each. */
const callsMax = 10_000;

/**
 * The latest calls of this process. Whoever looks for one of them knows where to look; what another process asked, or
 * this one before it was restarted, is found the long way.
 */
export class RecentCalls {
  private readonly calls = new Map<AttemptId, RecentCall>();

  note(key: AttemptId, call: RecentCall): void {
    this.calls.delete(key);
    this.calls.set(key, call);
    const [oldest] = this.calls.keys();
    if (this.calls.size > callsMax && oldest !== undefined) this.calls.delete(oldest);
  }

  get(key: AttemptId): RecentCall | undefined {
    return this.calls.get(key);
  }
}
