import type { AttemptOperation, Payment } from '#domain';
import { invariant } from '#domain';
import type { Acquirer } from './acquirer.ts';

export interface Route {
  readonly acquirer: string;
  /** For people: why this one. */
  readonly because: string;
}

/** The acquirers that this platform is connected to, and which of them an operation goes to. */
export class AcquirerDirectory {
  private readonly acquirers: ReadonlyMap<string, Acquirer>;
  private readonly timeoutMs: number;

  /** `timeoutMs`: how long an answer may take before we know nothing. */
  constructor(acquirers: readonly Acquirer[], timeoutMs: number) {
    this.timeoutMs = timeoutMs;
    this.acquirers = new Map(acquirers.map((acquirer) => [acquirer.name, acquirer]));
  }

  get(name: string): Acquirer {
    const acquirer = this.acquirers.get(name);
    invariant(acquirer !== undefined, `no acquirer is called ${name}`);
    return acquirer;
  }

  /** Aborts when a call that is made now has had its time. */
  patience(): AbortSignal {
    return AbortSignal.timeout(this.timeoutMs);
  }

  /** Captures, voids and refunds stay with the acquirer that holds the authorization. */
  route(_payment: Payment, operation: AttemptOperation, authorizedAt: string | undefined): Route {
    if (operation !== 'authorize') {
      invariant(authorizedAt !== undefined, `${operation} needs an authorization`);
      return { acquirer: authorizedAt, because: 'holds the authorization' };
    }
    const [only] = this.acquirers.keys();
    invariant(only !== undefined, 'no acquirer is connected');
    return { acquirer: only, because: 'the only acquirer connected' };
  }

  async close(): Promise<void> {
    for (const acquirer of this.acquirers.values()) await acquirer.close();
  }
}
