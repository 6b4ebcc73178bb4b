import { CircuitState, type IBreaker } from 'cockatiel';

export interface RecentCallsLimits {
  readonly windowMs: number;
  readonly callsMin: number;
  /** Between 0 and 1. */
  readonly failureShareMax: number;
}

interface Slice {
  /** Which slice of time since the epoch this one counts. */
  number: number;
  succeeded: number;
  failed: number;
}

/** The window moves on in steps of a tenth of itself. */
const slicesPerWindow = 10;

/**
 * Successes and failures within the last moments, and whether they are too many failures. The window moves with time and
 * not with calls: at an acquirer that hangs, nothing at all is heard for a while, and what was heard before must not count
 * when the first failures come in.
 */
export class RecentCalls implements IBreaker {
  /** Part of the interface for breakers that are stored; these counts are worth nothing after a restart. */
  state: unknown = undefined;
  private readonly limits: RecentCallsLimits;
  private readonly now: () => number;
  private readonly sliceMs: number;
  private slices: Slice[] = [];

  /** `now` in milliseconds; the policies of cockatiel go by the system's clock as well. */
  constructor(limits: RecentCallsLimits, now: () => number = Date.now) {
    this.limits = limits;
    this.now = now;
    this.sliceMs = limits.windowMs / slicesPerWindow;
  }

  success(state: CircuitState): void {
    // The acquirer has returned; what was held against it is over.
    if (state === CircuitState.HalfOpen) this.slices = [];
    this.current().succeeded += 1;
  }

  /** True: the breaker is to open. A probe that fails opens it whatever was before. */
  failure(state: CircuitState): boolean {
    this.current().failed += 1;
    if (state !== CircuitState.Closed) return true;
    const { succeeded, failed } = this.counts();
    const calls = succeeded + failed;
    return calls >= this.limits.callsMin && failed > this.limits.failureShareMax * calls;
  }

  counts(): { readonly succeeded: number; readonly failed: number } {
    const oldest = this.sliceNumber() - slicesPerWindow;
    let [succeeded, failed] = [0, 0];
    for (const slice of this.slices) {
      if (slice.number <= oldest) continue;
      succeeded += slice.succeeded;
      failed += slice.failed;
    }
    return { succeeded, failed };
  }

  private current(): Slice {
    const number = this.sliceNumber();
    const last = this.slices.at(-1);
    if (last !== undefined && last.number === number) return last;
    const slice = { number, succeeded: 0, failed: 0 };
    this.slices = [...this.slices.slice(1 - slicesPerWindow), slice];
    return slice;
  }

  private sliceNumber(): number {
    return Math.floor(this.now() / this.sliceMs);
  }
}
