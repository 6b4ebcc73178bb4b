import { decimalOf } from '../money/decimal.ts';
import { costOf } from './acquirer-costs.ts';
import type { RoutingStrategy } from './configuration.ts';
import type { Segment } from './performance.ts';
import type { Ranked, RankingFacts } from './ranking.ts';

/** An acquirer that cannot be used now, and why. */
export interface LeftOut {
  readonly acquirer: string;
  readonly reason: string;
}

/** Whose strategy it is, as a sentence begins with it. */
function deciderOf(rule: string | null): string {
  return rule === null ? 'the default' : `the rule “${rule}”`;
}

/** One sentence for people: why this acquirer comes first. */
export function becauseOf(
  rule: string | null,
  strategy: RoutingStrategy,
  first: Ranked,
  leftOut: readonly LeftOut[],
  facts: RankingFacts & { readonly segment: Segment },
): string {
  const reason = `${capitalised(deciderOf(rule))} ${verdictOf(strategy, first, leftOut.length > 0, facts)}`;
  return leftOut.length === 0 ? `${reason}.` : `${reason}, with ${listed(leftOut)} left out.`;
}

/** One sentence for people: why nobody can be asked. */
export function becauseNobody(rule: string | null, leftOut: readonly LeftOut[]): string {
  return `${capitalised(deciderOf(rule))} leaves no acquirer that can be used: ${listed(leftOut)}.`;
}

function verdictOf(
  { kind }: RoutingStrategy,
  { acquirer, score, propensity }: Ranked,
  somebodyLeftOut: boolean,
  facts: RankingFacts & { readonly segment: Segment },
): string {
  switch (kind) {
    case 'priority':
      return `names ${acquirer} ${somebodyLeftOut && score !== 1 ? 'next' : 'first'}`;
    case 'split': {
      const share = `gives ${acquirer} ${score ?? 0} % of its payments`;
      return somebodyLeftOut ? `${share}, ${percent(propensity)} for now` : share;
    }
    case 'cheapest': {
      const cost = costOf(facts.amount, facts.costs.get(acquirer));
      const price = cost === undefined ? 'knows no price' : `found ${acquirer} the cheapest`;
      return cost === undefined ? `${price} of ${acquirer}` : `${price} at ${decimalOf(cost)} ${cost.currency}`;
    }
    case 'success_rate': {
      const known = facts.performance.has(acquirer);
      const expected = known ? `${percent(score)} is expected to succeed` : 'nothing was seen of it yet';
      return `drew ${acquirer} with a probability of ${percent(propensity)}, as ${expected} in ${facts.segment}`;
    }
  }
}

function percent(share: number | null): string {
  return `${((share ?? 0) * 100).toFixed(1)} %`;
}

function listed(leftOut: readonly LeftOut[]): string {
  return leftOut.map(({ acquirer, reason }) => `${acquirer} (${reason})`).join(', ');
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
