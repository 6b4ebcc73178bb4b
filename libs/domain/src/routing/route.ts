import type { CurrencyCode } from '../money/currency.ts';
import { err, ok, type Result } from '../primitives/result.ts';
import type { AcquirerCosts } from './acquirer-costs.ts';
import { becauseNobody, becauseOf, type LeftOut } from './because.ts';
import { acquirersOf, type RoutingConfiguration, type RoutingStrategy, type RuleConditions } from './configuration.ts';
import { segmentOf, unobservedSegment, type PerformanceStatistics } from './performance.ts';
import { rank, scoresOf, type Ranked } from './ranking.ts';

/** What a route depends on of a payment. */
export interface RouteRequest {
  readonly currency: CurrencyCode;
  readonly amountMinor: bigint;
  /** Of `cardBrands`; null when it is not known. */
  readonly brand: string | null;
  /** Where the card was issued; null when it is not known. */
  readonly country: string | null;
  /** A split gives the same payment the same acquirer whenever it is asked. */
  readonly paymentId: string;
}

export type Availability =
  | { readonly kind: 'usable' }
  /** Why not now, as it stands in brackets behind the acquirer's name: `its breaker is open`. */
  | { readonly kind: 'excluded'; readonly reason: string };

/** What is known of the acquirers when a payment is routed. */
export interface RoutingKnowledge {
  /** One that is missing is not connected, and so cannot be used. */
  readonly availability: ReadonlyMap<string, Availability>;
  readonly performance: PerformanceStatistics;
  readonly costs: ReadonlyMap<string, AcquirerCosts>;
  /** At least 0 and below 1, even. Asked at most once for a route. */
  readonly chance: () => number;
}

export interface RouteCandidate extends Ranked {
  /** Why it is not to be tried now; null when it is. */
  readonly excludedBecause: string | null;
}

/** Why a payment goes where it goes, with all who could have been asked. */
export interface RouteChoice {
  /** First those to be tried, in this order, then those that are excluded. */
  readonly candidates: readonly RouteCandidate[];
  readonly strategy: RoutingStrategy['kind'];
  /** The name of the rule that decided; null when it was the default. */
  readonly rule: string | null;
  /** One sentence for people. */
  readonly because: string;
}

/** All that the deciding rule names are excluded. Others are not asked: the merchant did not want them here. */
export interface NoRoute extends RouteChoice {
  readonly code: 'none_usable';
}

/** Which acquirers an authorization goes to, the first one first. The configuration has been validated. */
export function route(
  configuration: RoutingConfiguration,
  request: RouteRequest,
  knowledge: RoutingKnowledge,
): Result<RouteChoice, NoRoute> {
  const rule = configuration.rules.find(({ when }) => when === undefined || fits(when, request));
  const strategy = rule?.use ?? configuration.default;
  const name = rule?.name ?? null;
  const segment = segmentOf(request.currency, request.brand);
  const facts = {
    amount: { minor: request.amountMinor, currency: request.currency },
    // Another rule is another draw: a payment at the edge of one share need not be at the edge of the next.
    drawnFor: [name ?? '', request.paymentId],
    segment,
    performance: knowledge.performance.get(segment) ?? unobservedSegment,
    costs: knowledge.costs,
    chance: knowledge.chance,
  };

  const leftOut = leftOutOf(acquirersOf(strategy), knowledge.availability);
  const usable = new Set(acquirersOf(strategy));
  for (const { acquirer } of leftOut) usable.delete(acquirer);
  const ranked = rank(strategy, usable, facts);
  const candidates = [
    ...ranked.map((candidate) => ({ ...candidate, excludedBecause: null })),
    ...(leftOut.length === 0 ? [] : excludedOf(scoresOf(strategy, facts), leftOut)),
  ];

  const [first] = ranked;
  const choice = { candidates, strategy: strategy.kind, rule: name };
  return first === undefined
    ? err({ code: 'none_usable', ...choice, because: becauseNobody(name, leftOut) })
    : ok({ ...choice, because: becauseOf(name, strategy, first, leftOut, facts) });
}

function fits(when: RuleConditions, { currency, amountMinor, brand, country }: RouteRequest): boolean {
  return (
    (when.currencies?.includes(currency) ?? true) &&
    (when.amountMinorAtLeast === undefined || amountMinor >= when.amountMinorAtLeast) &&
    (when.amountMinorAtMost === undefined || amountMinor <= when.amountMinorAtMost) &&
    (when.brands === undefined || (brand !== null && when.brands.includes(brand))) &&
    (when.countries === undefined || (country !== null && when.countries.includes(country)))
  );
}

function leftOutOf(acquirers: readonly string[], availability: ReadonlyMap<string, Availability>): LeftOut[] {
  return acquirers.flatMap((acquirer) => {
    const known = availability.get(acquirer) ?? { kind: 'excluded', reason: 'not connected' };
    return known.kind === 'usable' ? [] : [{ acquirer, reason: known.reason }];
  });
}

function excludedOf(scored: readonly Ranked[], leftOut: readonly LeftOut[]): RouteCandidate[] {
  return leftOut.flatMap(({ acquirer, reason }) =>
    scored
      .filter((candidate) => candidate.acquirer === acquirer)
      .map((candidate) => ({ ...candidate, excludedBecause: reason })),
  );
}
