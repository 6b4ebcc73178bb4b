import type { BreakerState, GuardedOperation } from '#contracts';
import type { Metrics } from '#observability';
import type { AcquirerBreakerChange, AcquirerGuardListener } from './guarded-acquirer.ts';

const stateFigures = { closed: 0, half_open: 1, open: 2, held_open: 3 } as const satisfies Record<BreakerState, number>;

/** Whether calls are refused in this state whoever makes them. */
export function isShut(state: BreakerState): boolean {
  return state === 'open' || state === 'held_open';
}

/** What happens at the guards of all acquirers: for the metrics, and for those in this process who act on it. */
export class GuardNews implements AcquirerGuardListener {
  private readonly metrics: Metrics;
  private readonly heard: ((change: AcquirerBreakerChange) => void)[] = [];

  constructor(metrics: Metrics) {
    this.metrics = metrics;
  }

  onBreakerChange(heard: (change: AcquirerBreakerChange) => void): void {
    this.heard.push(heard);
  }

  /** Shows a guard from the beginning, not only when something happens to it. */
  connected(acquirer: string, operations: readonly GuardedOperation[]): void {
    this.budgetLeft(acquirer, 0);
    for (const operation of operations) {
      this.metrics.breakerState.set({ acquirer, operation }, stateFigures.closed);
      this.metrics.breakerOpens.inc({ acquirer, operation }, 0);
      this.underWay(acquirer, operation, 0);
    }
  }

  breakerChanged(change: AcquirerBreakerChange): void {
    const { acquirer, operation, from, to } = change;
    this.metrics.breakerState.set({ acquirer, operation }, stateFigures[to]);
    if (isShut(to) && !isShut(from)) this.metrics.breakerOpens.inc({ acquirer, operation });
    for (const heard of this.heard) heard(change);
  }

  underWay(acquirer: string, operation: GuardedOperation, count: number): void {
    this.metrics.bulkheadInUse.set({ acquirer, operation }, count);
  }

  budgetLeft(acquirer: string, retries: number): void {
    this.metrics.retriesLeft.set({ acquirer }, retries);
  }
}
