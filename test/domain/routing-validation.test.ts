import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { route, validateRouting } from '#domain';
import type { RoutingConfiguration, RoutingProblemCode, RoutingRule, RoutingStrategy, RuleConditions } from '#domain';
import { holds } from '../support/property.ts';
import { always, frenchVisa, knowing } from './routing-facts.ts';

const acquirers = ['alpha', 'beta', 'gamma'];
const alpha = { kind: 'priority', acquirers: ['alpha'] } as const;

function problemsOf(configuration: RoutingConfiguration): [RoutingProblemCode, string][] {
  const validated = validateRouting(configuration, acquirers);
  return validated.ok ? [] : validated.error.map(({ code, path }) => [code, path.join('.')]);
}

function split(...percents: number[]): RoutingStrategy {
  return { kind: 'split', shares: percents.map((percent, index) => ({ acquirer: acquirers[index] ?? '', percent })) };
}

function when(...conditions: (RuleConditions | undefined)[]): RoutingConfiguration {
  const rules = conditions.map((condition, index): RoutingRule => ({
    name: `${index}`,
    ...(condition === undefined ? {} : { when: condition }),
    use: alpha,
  }));
  return { rules, default: alpha };
}

describe('a configuration is refused for', () => {
  const table: [string, RoutingConfiguration, [RoutingProblemCode, string][]][] = [
    ['nothing', always(alpha), []],
    [
      'an unknown acquirer in any strategy',
      {
        rules: [
          { name: 'a', when: { brands: ['visa'] }, use: { kind: 'cheapest', acquirers: ['beta', 'delta'] } },
          { name: 'b', when: { brands: ['amex'] }, use: { kind: 'split', shares: [{ acquirer: 'x', percent: 100 }] } },
        ],
        default: { kind: 'success_rate', acquirers: ['alfa'] },
      },
      [
        ['unknown_acquirer', 'rules.0.use.acquirers.1'],
        ['unknown_acquirer', 'rules.1.use.shares.0.acquirer'],
        ['unknown_acquirer', 'default.acquirers.0'],
      ],
    ],
    [
      'a strategy without acquirers',
      always({ kind: 'priority', acquirers: [] }),
      [['empty_list', 'default.acquirers']],
    ],
    ['a split without acquirers', always(split()), [['empty_list', 'default.shares']]],
    [
      'an acquirer that is named twice',
      always({ kind: 'priority', acquirers: ['alpha', 'beta', 'alpha'] }),
      [['duplicate', 'default.acquirers.2']],
    ],
    ['shares of 99 %', always(split(70, 29)), [['split_not_100', 'default.shares']]],
    ['shares of 101 %', always(split(70, 20, 11)), [['split_not_100', 'default.shares']]],
    ['a share of nothing', always(split(100, 0)), [['percent_out_of_range', 'default.shares.1.percent']]],
    [
      'a share of less than nothing',
      always(split(101, -1)),
      [
        ['percent_out_of_range', 'default.shares.0.percent'],
        ['percent_out_of_range', 'default.shares.1.percent'],
      ],
    ],
    [
      'half a per cent',
      always(split(99.5, 0.5)),
      [
        ['percent_out_of_range', 'default.shares.0.percent'],
        ['percent_out_of_range', 'default.shares.1.percent'],
      ],
    ],
    [
      'a range upside down',
      when({ amountMinorAtLeast: 500, amountMinorAtMost: 499 }),
      [['range_upside_down', 'rules.0.when.amountMinorAtMost']],
    ],
    ['nothing, when a range is one amount', when({ amountMinorAtLeast: 500, amountMinorAtMost: 500 }), []],
    ['no amount', when({ amountMinorAtLeast: 0 }), [['amount_out_of_range', 'rules.0.when.amountMinorAtLeast']]],
    [
      'a part of a minor unit',
      when({ amountMinorAtMost: 10.99 }),
      [['amount_out_of_range', 'rules.0.when.amountMinorAtMost']],
    ],
    [
      'an amount beyond what JSON can say',
      when({ amountMinorAtMost: 2 ** 53 }),
      [['amount_out_of_range', 'rules.0.when.amountMinorAtMost']],
    ],
    [
      'currencies that are none',
      when({ currencies: ['EUR', 'eur', 'XXX', 'toString'] }),
      [
        ['unknown_currency', 'rules.0.when.currencies.1'],
        ['unknown_currency', 'rules.0.when.currencies.2'],
        ['unknown_currency', 'rules.0.when.currencies.3'],
      ],
    ],
    ['brands that are none', when({ brands: ['visa', 'Visa'] }), [['unknown_brand', 'rules.0.when.brands.1']]],
    ['countries that are none', when({ countries: ['FR', 'FRA'] }), [['unknown_country', 'rules.0.when.countries.1']]],
    [
      'conditions that let nothing through',
      when({ currencies: [], brands: [], countries: [] }),
      [
        ['empty_list', 'rules.0.when.currencies'],
        ['empty_list', 'rules.0.when.brands'],
        ['empty_list', 'rules.0.when.countries'],
      ],
    ],
    ['a word twice', when({ countries: ['FR', 'FR'] }), [['duplicate', 'rules.0.when.countries.1']]],
    [
      'names that tell nothing',
      {
        rules: ['cards', ' ', 'x'.repeat(101), 'cards'].map((name, index) => ({
          name,
          when: { amountMinorAtMost: index + 1 },
          use: alpha,
        })),
        default: alpha,
      },
      [
        ['name_length', 'rules.1.name'],
        ['name_length', 'rules.2.name'],
        ['duplicate', 'rules.3.name'],
      ],
    ],
    [
      'more rules than anybody can follow',
      when(...Array.from({ length: 51 }, (_, index) => ({ amountMinorAtMost: index + 1 }))),
      [['too_many_rules', 'rules']],
    ],
  ];

  it.each(table)('%s', (_name, configuration, problems) => {
    expect(problemsOf(configuration)).toEqual(problems);
  });
});

describe('a rule that no payment can reach is refused:', () => {
  const table: [string, (RuleConditions | undefined)[], number[]][] = [
    ['behind one that fits everything', [undefined, { currencies: ['EUR'] }], [1]],
    ['behind one without a word in its conditions', [{}, { currencies: ['EUR'] }], [1]],
    ['the same again', [{ brands: ['visa'] }, { brands: ['visa'] }], [1]],
    ['a part of a list', [{ currencies: ['EUR', 'USD'] }, { currencies: ['USD'] }], [1]],
    ['a list that goes further', [{ currencies: ['EUR', 'USD'] }, { currencies: ['USD', 'JPY'] }], []],
    ['one condition more', [{ currencies: ['EUR'] }, { currencies: ['EUR'], brands: ['visa'] }], [1]],
    ['one condition less', [{ currencies: ['EUR'], brands: ['visa'] }, { currencies: ['EUR'] }], []],
    ['a range within a range', [{ amountMinorAtLeast: 10 }, { amountMinorAtLeast: 20, amountMinorAtMost: 30 }], [1]],
    ['a range that goes one unit further', [{ amountMinorAtLeast: 10 }, { amountMinorAtLeast: 9 }], []],
    ['from the first minor unit on is everything', [{ amountMinorAtLeast: 1 }, undefined], [1]],
    [
      'two that cover it together',
      [{ amountMinorAtMost: 100 }, { amountMinorAtLeast: 101 }, { countries: ['FR'] }],
      [2],
    ],
    ['two with an amount between them', [{ amountMinorAtMost: 100 }, { amountMinorAtLeast: 102 }, undefined], []],
    [
      'across conditions of several kinds',
      [{ brands: ['visa'], amountMinorAtMost: 100 }, { amountMinorAtLeast: 50 }, { brands: ['visa'] }],
      [2],
    ],
    ['a brand that no rule names is left', [{ brands: ['visa', 'mastercard', 'amex'] }, undefined], []],
    ['one for another country is not', [{ countries: ['FR'] }, { countries: ['DE'] }], []],
  ];

  it.each(table)('%s', (_name, conditions, unreachable) => {
    expect(problemsOf(when(...conditions))).toEqual(unreachable.map((index) => ['unreachable_rule', `rules.${index}`]));
  });

  it('with the name of the one that covers it', () => {
    const validated = validateRouting(
      when({ brands: ['amex'] }, { currencies: ['EUR'] }, { currencies: ['EUR'] }),
      acquirers,
    );
    expect(validated).toMatchObject({
      error: [{ message: 'The rule “1” takes every payment that “2” is for: move it up, or remove it.' }],
    });
  });

  const currencies = ['EUR', 'USD'] as const;
  const brands = ['visa', 'amex'] as const;
  const condition = fc.record(
    {
      currencies: fc.subarray([...currencies], { minLength: 1 }),
      brands: fc.subarray([...brands], { minLength: 1 }),
      amountMinorAtLeast: fc.integer({ min: 1, max: 4 }),
      amountMinorAtMost: fc.integer({ min: 4, max: 6 }),
    },
    { requiredKeys: [] },
  );

  it('exactly those that no payment of all possible ones is routed by', () => {
    const payments = ([...currencies, 'JPY'] as const).flatMap((currency) =>
      [...brands, null].flatMap((brand) =>
        Array.from({ length: 7 }, (_, amount) => ({ ...frenchVisa, currency, brand, amountMinor: BigInt(amount + 1) })),
      ),
    );
    holds(
      fc.property(fc.array(condition, { minLength: 1, maxLength: 6 }), (conditions) => {
        const configuration = when(...conditions);
        const used = new Set(
          payments.map((payment) => {
            const routed = route(configuration, payment, knowing());
            return routed.ok ? routed.value.rule : undefined;
          }),
        );
        const unused = configuration.rules.flatMap(({ name }) => (used.has(name) ? [] : [`rules.${name}`]));
        expect(problemsOf(configuration).map(([, path]) => path)).toEqual(unused);
      }),
    );
  });
});
