import type { Attempt, Payment, RouteRecord } from '#domain';
import type { RoutingStore } from '#persistence';

export interface Route {
  readonly acquirer: string;
  /** For people: why this one. */
  readonly because: string;
  /** How it was chosen; null where there was nothing to choose. */
  readonly record: RouteRecord | null;
}

/** Which acquirer an authorization goes to. */
export interface ChooseAcquirer {
  /** Has at hand what the merchants of these payments want; before any of them is routed. */
  prepare(store: RoutingStore, payments: readonly Payment[]): Promise<void>;
  /** `earlier`: who was asked before, and what came of it. Undefined when nobody can be asked at the moment. */
  forAuthorization(payment: Payment, earlier: readonly Attempt[]): Route | undefined;
  /** Whether there is one that can be asked and was not yet, this time round. */
  hasAnother(payment: Payment, earlier: readonly Attempt[]): boolean;
}
