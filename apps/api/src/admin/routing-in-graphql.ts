import type { CurrencyCode, RoutingConfiguration, RoutingStrategy, RuleConditions } from '#domain';
import type { SavedRouting } from '#persistence';
import type {
  RoutingConditionsInput,
  RoutingConfigurationInput,
  RoutingStrategyInput,
} from './inputs/routing.inputs.ts';
import type { RoutingConditionsType, RoutingConfigurationType, RoutingStrategyType } from './types/routing.type.ts';

/** The field of the input in which the acquirers of a strategy stand. */
const fieldOf = {
  priority: 'priority',
  split: 'split',
  cheapest: 'cheapest',
  success_rate: 'successRate',
} as const satisfies Record<RoutingStrategy['kind'], keyof RoutingStrategyInput>;

export function configurationOf({ rules, default: otherwise }: RoutingConfigurationInput): RoutingConfiguration {
  return {
    rules: rules.map(({ name, when, use }) => ({
      name,
      ...(when === undefined || when === null ? {} : { when: conditionsOf(when) }),
      use: strategyOf(use),
    })),
    default: strategyOf(otherwise),
  };
}

/** Where in the input of `saveRouting` something stands that is at this place in the configuration. */
export function inputPathOf(configuration: RoutingConfiguration, path: readonly string[]): string[] {
  const [root, index] = path;
  const strategy = root === 'rules' ? configuration.rules[Number(index)]?.use : configuration.default;
  const inInput = (word: string): string =>
    strategy !== undefined && (word === 'acquirers' || word === 'shares') ? fieldOf[strategy.kind] : word;
  return ['input', 'configuration', ...path.map(inInput)];
}

export function presentRouting({ configuration, ...saved }: SavedRouting): RoutingConfigurationType {
  return {
    merchantId: saved.merchantId,
    version: saved.version,
    rules: configuration.rules.map(({ name, when, use }) => ({
      name,
      when: when === undefined ? null : presentConditions(when),
      use: presentStrategy(use),
    })),
    default: presentStrategy(configuration.default),
    savedAt: saved.savedAt,
    savedBy: saved.savedBy,
  };
}

/** What is null in the input was not asked for. */
function conditionsOf(input: RoutingConditionsInput): RuleConditions {
  const { currencies, amountMinorAtLeast, amountMinorAtMost, brands, countries } = input;
  return {
    ...(present(currencies) ? { currencies } : {}),
    ...(present(amountMinorAtLeast) ? { amountMinorAtLeast } : {}),
    ...(present(amountMinorAtMost) ? { amountMinorAtMost } : {}),
    ...(present(brands) ? { brands } : {}),
    ...(present(countries) ? { countries } : {}),
  };
}

function present<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined;
}

/** GraphQL lets exactly one field in. */
function strategyOf({ priority, split, cheapest, successRate }: RoutingStrategyInput): RoutingStrategy {
  if (priority !== undefined) return { kind: 'priority', acquirers: priority };
  if (cheapest !== undefined) return { kind: 'cheapest', acquirers: cheapest };
  if (successRate !== undefined) return { kind: 'success_rate', acquirers: successRate };
  return { kind: 'split', shares: (split ?? []).map(({ acquirer, percent }) => ({ acquirer, percent })) };
}

function presentStrategy(strategy: RoutingStrategy): RoutingStrategyType {
  const { kind } = strategy;
  return kind === 'split'
    ? { kind, acquirers: strategy.shares }
    : { kind, acquirers: strategy.acquirers.map((acquirer) => ({ acquirer, percent: null })) };
}

function presentConditions(conditions: RuleConditions): RoutingConditionsType {
  return {
    // Validated when it was saved.
    currencies: (conditions.currencies as readonly CurrencyCode[] | undefined) ?? null,
    amountMinorAtLeast: conditions.amountMinorAtLeast ?? null,
    amountMinorAtMost: conditions.amountMinorAtMost ?? null,
    brands: conditions.brands ?? null,
    countries: conditions.countries ?? null,
  };
}
