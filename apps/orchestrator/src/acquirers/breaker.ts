import {
  CircuitState,
  circuitBreaker,
  handleWhenResult,
  isBrokenCircuitError,
  type CircuitBreakerPolicy,
  type IBackoff,
} from 'cockatiel';
import type { BreakerState } from '#contracts';
import type { GuardLimits } from './guard-limits.ts';
import { RecentCalls } from './recent-calls.ts';

const stateNames = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.HalfOpen]: 'half_open',
  [CircuitState.Open]: 'open',
  [CircuitState.Isolated]: 'held_open',
} as const satisfies Record<CircuitState, BreakerState>;

export type BreakerLimits = Pick<
  GuardLimits,
  'slowAfterMs' | 'windowMs' | 'callsMin' | 'failureShareMax' | 'openMs' | 'probes'
>;

export interface BreakerView {
  readonly state: BreakerState;
  readonly since: Date;
  /** Within the window that the breaker looks at. */
  readonly recentFailures: number;
}

export interface BreakerChange {
  readonly from: BreakerState;
  readonly to: BreakerState;
  /** By the word of another process, on no evidence of our own. */
  readonly onHearsay: boolean;
}

const isOpen = 'its breaker is open';

/** Says why a call is not to be made. */
export class CallRefused extends Error {
  override readonly name = 'CallRefused';
}

/** Leaves an acquirer alone that fails or hangs, and lets it come back with a few probes first. */
export class Breaker {
  private readonly limits: BreakerLimits;
  private readonly changed: (change: BreakerChange) => void;
  private readonly recent: RecentCalls;
  private readonly policy: CircuitBreakerPolicy;
  private state: BreakerState = 'closed';
  private since = new Date();
  private openUntil = 0;
  private probesLeft = 0;
  private onHearsay = false;
  private hold: { readonly reason: string; readonly end: { dispose(): void } } | undefined;

  constructor(limits: BreakerLimits, changed: (change: BreakerChange) => void) {
    this.limits = limits;
    this.changed = changed;
    this.recent = new RecentCalls(limits);
    this.policy = circuitBreaker(
      handleWhenResult((verdict) => verdict === 'failed'),
      {
        breaker: {
          state: undefined,
          success: (state) => this.recent.success(state),
          failure: (state) => this.onHearsay || this.recent.failure(state),
        },
        halfOpenAfter: { next: () => this.pause(0) },
        halfOpenSampling: { calls: limits.probes, threshold: 0 },
      },
    );
    this.policy.onStateChange((state) => this.become(stateNames[state]));
  }

  /** Why a call could not be made now; undefined when it could. */
  refusal(): string | undefined {
    switch (this.state) {
      case 'held_open':
        return `its breaker is held open: ${this.hold?.reason ?? 'no reason is known'}`;
      case 'open':
        return Date.now() < this.openUntil ? isOpen : undefined;
      case 'half_open':
        return this.probesLeft > 0 ? undefined : 'its breaker waits for its probes';
      case 'closed':
        return undefined;
    }
  }

  /**
   * Makes the call and learns from it: `failed` tells which answers speak against the acquirer, and one that takes too long
   * does. The answer is given however late it comes. Errors: `CallRefused`; nothing was called then.
   */
  watch<Answer>(call: () => Promise<Answer>, failed: (answer: Answer) => boolean): Promise<Answer> {
    const refusal = this.refusal();
    if (refusal !== undefined) return Promise.reject(new CallRefused(refusal));
    // The first probe is taken by the policy itself when it turns half open.
    if (this.state === 'half_open') this.probesLeft -= 1;
    return new Promise<Answer>((resolve, reject) => {
      const watched = this.policy.execute(() => {
        const answer = call();
        resolve(answer);
        return this.verdictOn(answer, failed);
      });
      // The policy's clock may be a millisecond behind ours.
      watched.catch((error: unknown) => reject(isBrokenCircuitError(error) ? new CallRefused(isOpen) : error));
    });
  }

  /** Another process has opened its breaker: a closed one of ours opens for its first pause, and finds out itself then. */
  async openOnHearsay(): Promise<void> {
    if (this.state !== 'closed') return;
    this.onHearsay = true;
    try {
      await this.policy.execute(() => 'failed');
    } finally {
      this.onHearsay = false;
    }
  }

  /** Keeps it open, or with undefined no longer: closed then, because a person says so. */
  holdOpen(reason: string | undefined): void {
    if (reason === undefined) {
      this.hold?.end.dispose();
      this.hold = undefined;
    } else if (this.hold?.reason !== reason) {
      const earlier = this.hold;
      this.hold = { reason, end: this.policy.isolate() };
      earlier?.end.dispose();
    }
  }

  view(): BreakerView {
    return { state: this.state, since: this.since, recentFailures: this.recent.counts().failed };
  }

  private become(to: BreakerState): void {
    const from = this.state;
    this.state = to;
    this.since = new Date();
    if (to === 'half_open') this.probesLeft = this.limits.probes - 1;
    this.changed({ from, to, onHearsay: this.onHearsay });
  }

  /** How long it stays open the first time, and longer each time that the probes fail. */
  private pause(time: number): IBackoff<unknown> {
    const { openMs } = this.limits;
    const duration = openMs[Math.min(time, openMs.length - 1)] ?? openMs[0];
    this.openUntil = Date.now() + duration;
    return { duration, next: () => this.pause(time + 1) };
  }

  private verdictOn<Answer>(
    answer: Promise<Answer>,
    failed: (answer: Answer) => boolean,
  ): Promise<'failed' | 'succeeded'> {
    const slow = Promise.withResolvers<'failed'>();
    const patience = setTimeout(() => slow.resolve('failed'), this.limits.slowAfterMs);
    const heard = answer
      .then((value) => (failed(value) ? ('failed' as const) : ('succeeded' as const)))
      .finally(() => clearTimeout(patience));
    return Promise.race([heard, slow.promise]);
  }
}
