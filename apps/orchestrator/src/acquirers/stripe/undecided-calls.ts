import type { AttemptId } from '#domain';
import type { AcquirerRequest } from '../acquirer.ts';

/** Where to look for what became of a call. */
export type UndecidedCall = Pick<AcquirerRequest, 'operation' | 'authorization'>;

/** More calls than are ever open at once; at about 200 bytes each. */
const callsMax = 10_000;

/**
 * The calls of this process that have not been decided. Whoever looks for one of them knows where to look; what another
 * process asked, or this one before it was restarted, is found the long way.
 */
export class UndecidedCalls {
  private readonly calls = new Map<AttemptId, UndecidedCall>();

  note({ key, operation, authorization }: AcquirerRequest): void {
    this.calls.delete(key);
    this.calls.set(key, { operation, authorization });
    const [oldest] = this.calls.keys();
    if (this.calls.size > callsMax && oldest !== undefined) this.calls.delete(oldest);
  }

  forget(key: AttemptId): void {
    this.calls.delete(key);
  }

  get(key: AttemptId): UndecidedCall | undefined {
    return this.calls.get(key);
  }
}
