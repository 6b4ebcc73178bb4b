import { invariant } from '#domain';
import type { Acquirer } from './acquirer.ts';

/** The acquirers that this platform is connected to. */
export class AcquirerDirectory {
  private readonly acquirers: ReadonlyMap<string, Acquirer>;
  private readonly timeoutMs: number;

  /** `timeoutMs`: how long an answer may take before we know nothing. */
  constructor(acquirers: readonly Acquirer[], timeoutMs: number) {
    this.timeoutMs = timeoutMs;
    this.acquirers = new Map(acquirers.map((acquirer) => [acquirer.name, acquirer]));
  }

  find(name: string): Acquirer | undefined {
    return this.acquirers.get(name);
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

  /** In the order in which they were connected. */
  names(): string[] {
    return [...this.acquirers.keys()];
  }

  async close(): Promise<void> {
    for (const acquirer of this.acquirers.values()) await acquirer.close();
  }
}
