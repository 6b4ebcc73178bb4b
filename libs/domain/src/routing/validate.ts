import { isCurrencyCode } from '../money/currency.ts';
import { err, ok, type Result } from '../primitives/result.ts';
import {
  cardBrands,
  type RoutingConfiguration,
  type RoutingRule,
  type RoutingStrategy,
  type RuleConditions,
} from './configuration.ts';
import { isCovered, isReachable } from './reachability.ts';

export type RoutingProblemCode =
  | 'unknown_acquirer'
  | 'unknown_currency'
  | 'unknown_brand'
  | 'unknown_country'
  | 'empty_list'
  | 'duplicate'
  | 'percent_out_of_range'
  | 'split_not_100'
  | 'amount_out_of_range'
  | 'range_upside_down'
  | 'name_length'
  | 'too_many_rules'
  | 'unreachable_rule';

export interface RoutingProblem {
  readonly code: RoutingProblemCode;
  /** Where in the configuration: field names, and places in lists from 0. */
  readonly path: readonly string[];
  /** For people: what is wrong, and what to do about it. */
  readonly message: string;
}

/** A person has to keep an overview, and every payment reads them in turn. */
const rulesMax = 50;
const nameLengthMax = 100;

/** Everything that is wrong with a configuration, not only the first. `acquirers` are those that there are. */
export function validateRouting(
  configuration: RoutingConfiguration,
  acquirers: readonly string[],
): Result<RoutingConfiguration, readonly RoutingProblem[]> {
  const { rules } = configuration;
  const problems = [
    ...problemsOfNames(rules),
    ...rules.flatMap(({ when, use }, index) => [
      ...(when === undefined ? [] : problemsOfConditions(when, ['rules', `${index}`, 'when'])),
      ...problemsOfStrategy(use, acquirers, ['rules', `${index}`, 'use']),
    ]),
    ...problemsOfStrategy(configuration.default, acquirers, ['default']),
  ];
  // Whether a rule can be reached is only asked of rules that mean something.
  if (problems.length === 0) problems.push(...problemsOfReach(rules));
  return problems.length === 0 ? ok(configuration) : err(problems);
}

function problemsOfNames(rules: readonly RoutingRule[]): RoutingProblem[] {
  const names = rules.map(({ name }) => name);
  const path = (index: number): string[] => ['rules', `${index}`, 'name'];
  return [
    ...(rules.length > rulesMax ? [problem('too_many_rules', ['rules'], `There are at most ${rulesMax} rules.`)] : []),
    ...names.flatMap((name, index) =>
      name.trim().length < 1 || name.length > nameLengthMax
        ? [problem('name_length', path(index), `A name has 1 to ${nameLengthMax} characters.`)]
        : [],
    ),
    ...duplicatesIn(names).map((index) =>
      problem('duplicate', path(index), `Two rules are called “${names[index]}”: nobody could tell which one decided.`),
    ),
  ];
}

function problemsOfConditions(when: RuleConditions, path: readonly string[]): RoutingProblem[] {
  return [
    ...problemsOfList(when.currencies, [...path, 'currencies'], (code) =>
      isCurrencyCode(code) ? undefined : ['unknown_currency', `${code} is no currency code of ISO 4217.`],
    ),
    ...problemsOfList(when.brands, [...path, 'brands'], (brand) =>
      cardBrands.some((known) => known === brand)
        ? undefined
        : ['unknown_brand', `There is no brand ${brand}; there are ${cardBrands.join(', ')}.`],
    ),
    ...problemsOfList(when.countries, [...path, 'countries'], (country) =>
      /^[A-Z]{2}$/.test(country)
        ? undefined
        : ['unknown_country', `A country is two capital letters of ISO 3166, such as FR, not ${country}.`],
    ),
    ...problemsOfRange(when, path),
  ];
}

function problemsOfRange({ amountMinorAtLeast, amountMinorAtMost }: RuleConditions, path: readonly string[]) {
  const problems = Object.entries({ amountMinorAtLeast, amountMinorAtMost }).flatMap(([field, amount]) =>
    amount === undefined || (Number.isSafeInteger(amount) && amount >= 1)
      ? []
      : [problem('amount_out_of_range', [...path, field], 'An amount is a whole number of minor units, 1 to 2^53−1.')],
  );
  if (problems.length > 0 || amountMinorAtLeast === undefined || amountMinorAtMost === undefined) return problems;
  if (amountMinorAtLeast <= amountMinorAtMost) return [];
  const message = `No amount is at least ${amountMinorAtLeast} and at most ${amountMinorAtMost}.`;
  return [problem('range_upside_down', [...path, 'amountMinorAtMost'], message)];
}

function problemsOfStrategy(strategy: RoutingStrategy, known: readonly string[], path: readonly string[]) {
  const knownOne = (acquirer: string): Flaw | undefined =>
    known.includes(acquirer)
      ? undefined
      : ['unknown_acquirer', `There is no acquirer ${acquirer}; there are ${known.join(', ')}.`];
  if (strategy.kind !== 'split') return problemsOfList(strategy.acquirers, [...path, 'acquirers'], knownOne);

  const { shares } = strategy;
  const sum = shares.reduce((total, { percent }) => total + percent, 0);
  return [
    ...problemsOfList(
      shares.map(({ acquirer }) => acquirer),
      [...path, 'shares'],
      knownOne,
      ['acquirer'],
    ),
    ...shares.flatMap(({ percent }, index) =>
      Number.isInteger(percent) && percent >= 1 && percent <= 100
        ? []
        : [
            problem(
              'percent_out_of_range',
              [...path, 'shares', `${index}`, 'percent'],
              'A share is whole per cents, 1 to 100.',
            ),
          ],
    ),
    ...(shares.length === 0 || sum === 100
      ? []
      : [problem('split_not_100', [...path, 'shares'], `The shares have to sum to 100 %, not to ${sum} %.`)]),
  ];
}

function problemsOfReach(rules: readonly RoutingRule[]): RoutingProblem[] {
  return rules.flatMap(({ name, when = {} }, index) => {
    const earlier = rules.slice(0, index);
    if (
      isReachable(
        when,
        earlier.map((rule) => rule.when ?? {}),
      )
    )
      return [];
    const covering = earlier.find((rule) => isCovered(when, rule.when ?? {}));
    const who = covering === undefined ? 'The rules before it together take' : `The rule “${covering.name}” takes`;
    const message = `${who} every payment that “${name}” is for: move it up, or remove it.`;
    return [problem('unreachable_rule', ['rules', `${index}`], message)];
  });
}

type Flaw = readonly [code: RoutingProblemCode, message: string];

/** A list says something, says it once, and every word of it means something. `within` leads from an entry to the word. */
function problemsOfList(
  list: readonly string[] | undefined,
  path: readonly string[],
  flawOf: (entry: string) => Flaw | undefined,
  within: readonly string[] = [],
): RoutingProblem[] {
  if (list === undefined) return [];
  if (list.length === 0) return [problem('empty_list', path, 'An empty list lets nothing through: name at least one.')];
  const repeated = duplicatesIn(list);
  return list.flatMap((entry, index) => {
    const flaw = repeated.includes(index) ? (['duplicate', `${entry} is named twice.`] as const) : flawOf(entry);
    return flaw === undefined ? [] : [problem(flaw[0], [...path, `${index}`, ...within], flaw[1])];
  });
}

/** The places at which something stands that stood further up already. */
function duplicatesIn(list: readonly string[]): number[] {
  return list.flatMap((entry, index) => (list.indexOf(entry) === index ? [] : [index]));
}

function problem(code: RoutingProblemCode, path: readonly string[], message: string): RoutingProblem {
  return { code, path, message };
}
