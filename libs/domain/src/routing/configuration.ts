/**
 * Where a merchant's authorizations go. Plain data that is kept as JSON, amounts as integers, and a payment keeps the
 * version that it was born with: fields are only ever added. Made by people, so nothing is true of it until
 * `validateRouting` has seen it.
 */
export interface RoutingConfiguration {
  /** The first rule that fits a payment decides. */
  readonly rules: readonly RoutingRule[];
  /** For payments that no rule fits. */
  readonly default: RoutingStrategy;
}

export interface RoutingRule {
  /** What people call it; unique within the configuration. */
  readonly name: string;
  /** A rule without conditions fits every payment. */
  readonly when?: RuleConditions;
  readonly use: RoutingStrategy;
}

/** All that are given have to hold. A card whose brand or country is not known fits no rule that asks for one. */
export interface RuleConditions {
  /** Codes of ISO 4217. */
  readonly currencies?: readonly string[];
  /** Minor units of whichever currency the payment is in. Both ends belong to the range. */
  readonly amountMinorAtLeast?: number;
  readonly amountMinorAtMost?: number;
  /** Of `cardBrands`. */
  readonly brands?: readonly string[];
  /** Where the card was issued: two capital letters of ISO 3166. */
  readonly countries?: readonly string[];
}

export type RoutingStrategy =
  /** The first that can be used, in this order. */
  | { readonly kind: 'priority'; readonly acquirers: readonly string[] }
  /** Each its share of the payments. */
  | { readonly kind: 'split'; readonly shares: readonly RoutingShare[] }
  /** Whoever charges least for this amount. */
  | { readonly kind: 'cheapest'; readonly acquirers: readonly string[] }
  /** Whoever approves most, as far as is known; the less is known, the more is tried. */
  | { readonly kind: 'success_rate'; readonly acquirers: readonly string[] };

export interface RoutingShare {
  readonly acquirer: string;
  /** Whole per cents, at least 1. The shares of a split sum to 100. */
  readonly percent: number;
}

export const cardBrands = ['visa', 'mastercard', 'amex', 'discover', 'diners', 'jcb', 'unionpay', 'maestro'] as const;

/** In the order of the configuration. */
export function acquirersOf(strategy: RoutingStrategy): readonly string[] {
  return strategy.kind === 'split' ? strategy.shares.map(({ acquirer }) => acquirer) : strategy.acquirers;
}
