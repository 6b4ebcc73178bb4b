import type { Money } from '../money/money.ts';
import { exactCostOf, type AcquirerCosts } from './acquirer-costs.ts';
import { meanOf, probabilitiesOfGreatest } from './beta.ts';
import { acquirersOf, type RoutingStrategy } from './configuration.ts';
import { beliefIn, unobserved, type SegmentPerformance } from './performance.ts';
import { stableDraw } from './stable-draw.ts';

/** An acquirer of a strategy, with what the strategy goes by. */
export interface Ranked {
  readonly acquirer: string;
  /**
   * Priority: the place in the list. Split: per cents. Cheapest: the cost in minor units, null without a price. Success
   * rate: the rate that is expected, 0 to 1.
   */
  readonly score: number | null;
  /** With which probability this one comes first; null where no chance takes part. Exact: the draw was made by it. */
  readonly propensity: number | null;
}

export interface RankingFacts {
  readonly amount: Money;
  /** What a stable draw goes by, the payment among it. */
  readonly drawnFor: readonly string[];
  readonly performance: SegmentPerformance;
  readonly costs: ReadonlyMap<string, AcquirerCosts>;
  readonly chance: () => number;
}

/** The acquirers of a strategy that can be used, in the order in which they are to be tried. */
export function rank(strategy: RoutingStrategy, usable: ReadonlySet<string>, facts: RankingFacts): Ranked[] {
  const scored = scoresOf(strategy, facts).filter(({ acquirer }) => usable.has(acquirer));
  switch (strategy.kind) {
    case 'priority':
      return scored;
    case 'cheapest':
      return scored.toSorted((one, other) => compareCosts(exactCost(one, facts), exactCost(other, facts)));
    case 'split':
      return divided(scored, facts.drawnFor);
    case 'success_rate':
      return drawn(scored, facts);
  }
}

/** All acquirers of a strategy in its own order, those that cannot be used as well. */
export function scoresOf(strategy: RoutingStrategy, facts: RankingFacts): Ranked[] {
  return acquirersOf(strategy).map((acquirer, index) => ({
    acquirer,
    score: scoreOf(strategy, acquirer, index, facts),
    propensity: null,
  }));
}

function scoreOf(strategy: RoutingStrategy, acquirer: string, index: number, facts: RankingFacts): number | null {
  switch (strategy.kind) {
    case 'priority':
      return index + 1;
    case 'split':
      return strategy.shares[index]?.percent ?? null;
    case 'cheapest': {
      const exact = exactCostOf(facts.amount, facts.costs.get(acquirer));
      return exact === undefined ? null : Number(exact) / 10_000;
    }
    case 'success_rate':
      return meanOf(beliefIn(facts.performance.get(acquirer) ?? unobserved));
  }
}

function exactCost({ acquirer }: Ranked, facts: RankingFacts): bigint | undefined {
  return exactCostOf(facts.amount, facts.costs.get(acquirer));
}

/** Without a price comes last. */
function compareCosts(one: bigint | undefined, other: bigint | undefined): number {
  if (one === undefined || other === undefined) return Number(one === undefined) - Number(other === undefined);
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/**
 * Each acquirer waits for an exponential time that its share shortens, and the first comes first. So an acquirer that
 * cannot be used takes only its own payments away, and those spread over the others as their shares say.
 */
function divided(scored: readonly Ranked[], drawnFor: readonly string[]): Ranked[] {
  const sum = scored.reduce((total, { score }) => total + (score ?? 0), 0);
  return scored
    .map((ranked) => ({
      wait: -Math.log(stableDraw(...drawnFor, ranked.acquirer)) / (ranked.score ?? 0),
      ranked: { ...ranked, propensity: (ranked.score ?? 0) / sum },
    }))
    .toSorted((one, other) => one.wait - other.wait)
    .map(({ ranked }) => ranked);
}

/** One is drawn to come first. The others follow as much as is expected of them: a second try has to succeed, not to learn. */
function drawn(scored: readonly Ranked[], { performance, chance }: RankingFacts): Ranked[] {
  const propensities = propensitiesOf(
    performance,
    scored.map(({ acquirer }) => acquirer),
  );
  const ranked = scored.map((one, index) => ({ ...one, propensity: propensities[index] ?? 0 }));
  const first = ranked.length < 2 ? 0 : indexAt(chance(), propensities);
  return ranked
    .map((one, index) => ({ one, comesFirst: Number(index === first) }))
    .toSorted((a, b) => b.comesFirst - a.comesFirst || (b.one.score ?? 0) - (a.one.score ?? 0))
    .map(({ one }) => one);
}

/** In whose part of 0 to 1 the point lies. */
function indexAt(point: number, propensities: readonly number[]): number {
  let end = 0;
  const index = propensities.findIndex((propensity) => point < (end += propensity));
  // The parts sum to 1 but for the last bits of a double.
  return index === -1 ? propensities.length - 1 : index;
}

/** What was calculated from statistics that have not changed since. They are never changed in place. */
const calculated = new WeakMap<SegmentPerformance, Map<string, readonly number[]>>();

/** The probability that each is the one with the highest rate, by what is believed of them. */
function propensitiesOf(performance: SegmentPerformance, acquirers: readonly string[]): readonly number[] {
  const known = calculated.get(performance) ?? new Map<string, readonly number[]>();
  calculated.set(performance, known);
  const key = acquirers.join(' ');
  const propensities =
    known.get(key) ??
    probabilitiesOfGreatest(acquirers.map((acquirer) => beliefIn(performance.get(acquirer) ?? unobserved)));
  known.set(key, propensities);
  return propensities;
}
