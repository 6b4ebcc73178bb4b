import type { GuardedOperation } from '#contracts';
import { invariant } from '#domain';
import type { Acquirer } from './acquirer.ts';
import type { AcquirerHealth, Availability } from './acquirer-health.ts';
import type { Breaker } from './breaker.ts';
import type { GuardedAcquirer, OperationView } from './guarded-acquirer.ts';

/** The acquirers that this platform is connected to. */
export class AcquirerDirectory implements AcquirerHealth {
  private readonly acquirers: ReadonlyMap<string, GuardedAcquirer>;
  private readonly timeoutMs: number;

  /** `timeoutMs`: how long an answer may take before we know nothing. */
  constructor(acquirers: readonly GuardedAcquirer[], timeoutMs: number) {
    this.timeoutMs = timeoutMs;
    this.acquirers = new Map(acquirers.map((acquirer) => [acquirer.name, acquirer]));
  }

  find(name: string): Acquirer | undefined {
    return this.acquirers.get(name);
  }

  get(name: string): Acquirer {
    return this.guarded(name);
  }

  availabilityOf(acquirer: string, operation: GuardedOperation): Availability {
    const known = this.acquirers.get(acquirer);
    return known?.availabilityOf(operation) ?? { usable: false, reason: 'it is not connected' };
  }

  /** Undefined: no acquirer of this name is connected. */
  breakerOf(acquirer: string, operation: GuardedOperation): Breaker | undefined {
    return this.acquirers.get(acquirer)?.breakerOf(operation);
  }

  view(): readonly { readonly name: string; readonly operations: readonly OperationView[] }[] {
    return [...this.acquirers.values()].map((acquirer) => ({
      name: acquirer.name,
      operations: acquirer.operations(),
    }));
  }

  /** Aborts when a call that is made now has had its time. */
  patience(): AbortSignal {
    return AbortSignal.timeout(this.timeoutMs);
  }

  /** In the order in which they were connected. */
  names(): string[] {
    return [...this.acquirers.keys()];
  }

  async close(): Promise<void> {
    for (const acquirer of this.acquirers.values()) await acquirer.close();
  }

  private guarded(name: string): GuardedAcquirer {
    const acquirer = this.acquirers.get(name);
    invariant(acquirer !== undefined, `no acquirer is called ${name}`);
    return acquirer;
  }
}
