import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { currencyCodes, observe, route } from '#domain';
import type { Observation, PerformanceStatistics, RouteChoice, RouteRequest, RoutingConfiguration } from '#domain';
import { holds } from '../support/property.ts';
import { always, frenchVisa, knowing } from './routing-facts.ts';

const first = (acquirer: string) => ({ kind: 'priority', acquirers: [acquirer, 'gamma'] }) as const;

function chosen(...[configuration, request, knowledge]: Parameters<typeof route>): RouteChoice {
  const routed = route(configuration, request, knowledge);
  if (!routed.ok) throw new Error(routed.error.because);
  return routed.value;
}

function order({ candidates }: RouteChoice): string[] {
  return candidates.filter(({ excludedBecause }) => excludedBecause === null).map(({ acquirer }) => acquirer);
}

describe('the first rule that fits decides', () => {
  const configuration: RoutingConfiguration = {
    rules: [
      { name: 'large', when: { amountMinorAtLeast: 100_000 }, use: first('a') },
      { name: 'cents', when: { amountMinorAtMost: 99 }, use: first('b') },
      { name: 'amex in dollars', when: { currencies: ['USD'], brands: ['amex'] }, use: first('c') },
      { name: 'nordic', when: { countries: ['SE', 'NO', 'DK'] }, use: first('d') },
      {
        name: 'a band of yen',
        when: { currencies: ['JPY'], amountMinorAtLeast: 500, amountMinorAtMost: 600 },
        use: first('e'),
      },
    ],
    default: first('z'),
  };
  const table: [string, Partial<RouteRequest>, string | null][] = [
    ['nothing fits', {}, null],
    ['an amount at the start of a range', { amountMinor: 100_000n }, 'large'],
    ['an amount just below it', { amountMinor: 99_999n }, null],
    ['an amount at the end of a range', { amountMinor: 99n }, 'cents'],
    ['an amount just above it', { amountMinor: 100n }, null],
    ['all conditions of a rule', { currency: 'USD', brand: 'amex' }, 'amex in dollars'],
    ['one condition of two', { currency: 'USD' }, null],
    ['the other condition of two', { brand: 'amex' }, null],
    ['a country of a list', { country: 'NO' }, 'nordic'],
    ['a large one of that country', { country: 'NO', amountMinor: 100_001n }, 'large'],
    ['a card of which nothing is known', { brand: null, country: null, currency: 'USD' }, null],
    ['both ends of a band', { currency: 'JPY', amountMinor: 500n }, 'a band of yen'],
    ['the other end', { currency: 'JPY', amountMinor: 600n }, 'a band of yen'],
    ['behind it', { currency: 'JPY', amountMinor: 601n }, null],
    ['more than a double can hold', { amountMinor: 2n ** 80n }, 'large'],
  ];
  const everybody = new Map(['a', 'b', 'c', 'd', 'e', 'z', 'gamma'].map((name) => [name, { kind: 'usable' } as const]));

  it.each(table)('%s', (_name, request, rule) => {
    const choice = chosen(configuration, { ...frenchVisa, ...request }, knowing({}, { availability: everybody }));
    expect(choice.rule).toBe(rule);
    expect(choice.candidates[1]?.acquirer).toBe('gamma');
  });

  it('which may fit every payment', () => {
    const all: RoutingConfiguration = { rules: [{ name: 'all', use: first('beta') }], default: first('alpha') };
    expect(chosen(all, frenchVisa, knowing())).toMatchObject({ rule: 'all', candidates: [{ acquirer: 'beta' }, {}] });
  });
});

describe('priority', () => {
  const listed = always({ kind: 'priority', acquirers: ['beta', 'alpha', 'gamma'] });

  it('tries them in the order of the list', () => {
    expect(chosen(listed, frenchVisa, knowing())).toEqual({
      candidates: [
        { acquirer: 'beta', score: 1, propensity: null, excludedBecause: null },
        { acquirer: 'alpha', score: 2, propensity: null, excludedBecause: null },
        { acquirer: 'gamma', score: 3, propensity: null, excludedBecause: null },
      ],
      strategy: 'priority',
      rule: null,
      because: 'The default names beta first.',
    });
  });

  it('leaves out who cannot be used, and says why', () => {
    const choice = chosen(listed, frenchVisa, knowing({ beta: 'its breaker is open' }));
    expect(choice).toMatchObject({
      candidates: [
        { acquirer: 'alpha', score: 2, excludedBecause: null },
        { acquirer: 'gamma', score: 3, excludedBecause: null },
        { acquirer: 'beta', score: 1, propensity: null, excludedBecause: 'its breaker is open' },
      ],
      because: 'The default names alpha next, with beta (its breaker is open) left out.',
    });
  });

  it('asks nobody beside the list when all of it is left out', () => {
    const two = always({ kind: 'priority', acquirers: ['beta', 'delta'] });
    expect(route(two, frenchVisa, knowing({ beta: 'its breaker is open' }))).toEqual({
      ok: false,
      error: {
        code: 'none_usable',
        candidates: [
          { acquirer: 'beta', score: 1, propensity: null, excludedBecause: 'its breaker is open' },
          { acquirer: 'delta', score: 2, propensity: null, excludedBecause: 'not connected' },
        ],
        strategy: 'priority',
        rule: null,
        because: 'The default leaves no acquirer that can be used: beta (its breaker is open), delta (not connected).',
      },
    });
  });
});

describe('cheapest', () => {
  const cheapest = always({ kind: 'cheapest', acquirers: ['alpha', 'beta', 'gamma'] });
  // alpha: 1.4 % + 0.10, beta: 0.9 % + 0.25, gamma: 2.5 %, which has no price but in EUR.
  const table: [string, Partial<RouteRequest>, string[], (number | null)[]][] = [
    ['10.99 EUR', {}, ['alpha', 'gamma', 'beta'], [25.386, 27.475, 34.891]],
    ['1.00 EUR', { amountMinor: 100n }, ['gamma', 'alpha', 'beta'], [2.5, 11.4, 25.9]],
    ['100.00 EUR', { amountMinor: 10_000n }, ['beta', 'alpha', 'gamma'], [115, 150, 250]],
    ['equally cheap ones as listed', { amountMinor: 3_000n }, ['alpha', 'beta', 'gamma'], [52, 52, 75]],
    ['in a currency of two', { currency: 'USD' }, ['beta', 'alpha', 'gamma'], [21.891, 27.386, null]],
    ['in a currency of nobody', { currency: 'JPY' }, ['alpha', 'beta', 'gamma'], [null, null, null]],
  ];

  it.each(table)('%s', (_name, request, acquirers, scores) => {
    const { candidates } = chosen(cheapest, { ...frenchVisa, ...request }, knowing());
    expect(candidates.map(({ acquirer }) => acquirer)).toEqual(acquirers);
    expect(candidates.map(({ score }) => score)).toEqual(scores);
  });

  it('says the price', () => {
    expect(chosen(cheapest, frenchVisa, knowing()).because).toBe('The default found alpha the cheapest at 0.25 EUR.');
    const unpriced = chosen(cheapest, { ...frenchVisa, currency: 'JPY' }, knowing());
    expect(unpriced.because).toBe('The default knows no price of alpha.');
  });
});

describe('split', () => {
  const split = always({
    kind: 'split',
    shares: [
      { acquirer: 'alpha', percent: 70 },
      { acquirer: 'beta', percent: 20 },
      { acquirer: 'gamma', percent: 10 },
    ],
  });
  const payments = Array.from({ length: 20_000 }, (_, index) => `pay_01jd3m9k6nf0h8x7v5q2${index.toString(36)}`);
  const firstOf = (paymentId: string, excluded = {}) =>
    chosen(split, { ...frenchVisa, paymentId }, knowing(excluded)).candidates[0];

  it('gives each its share, by chance that is the payment’s own', () => {
    const counts = new Map<string | undefined, number>();
    for (const paymentId of payments) {
      const { acquirer } = firstOf(paymentId) ?? {};
      counts.set(acquirer, (counts.get(acquirer) ?? 0) + 1);
      expect(firstOf(paymentId)?.acquirer).toBe(acquirer);
    }
    // Three standard deviations of 20 000 draws are a per cent.
    for (const [acquirer, percent] of Object.entries({ alpha: 70, beta: 20, gamma: 10 })) {
      expect(Math.abs((counts.get(acquirer) ?? 0) / payments.length - percent / 100), acquirer).toBeLessThan(0.01);
    }
  });

  it('spreads the payments of one that is left out as the others share, and no other payment moves', () => {
    let moved = 0;
    let toBeta = 0;
    for (const paymentId of payments) {
      const before = firstOf(paymentId)?.acquirer;
      const after = firstOf(paymentId, { alpha: 'its breaker is open' });
      expect(after?.propensity).toBeCloseTo(after?.acquirer === 'beta' ? 2 / 3 : 1 / 3, 12);
      if (before !== 'alpha') {
        expect(after?.acquirer).toBe(before);
      } else {
        moved += 1;
        toBeta += Number(after?.acquirer === 'beta');
      }
    }
    expect(Math.abs(toBeta / moved - 2 / 3)).toBeLessThan(0.015);
  });

  it('says the share', () => {
    expect(chosen(split, frenchVisa, knowing({ alpha: 'down', gamma: 'down' })).because).toBe(
      'The default gives beta 20 % of its payments, 100.0 % for now, with alpha (down), gamma (down) left out.',
    );
  });
});

describe('success rate', () => {
  const bandit = always({ kind: 'success_rate', acquirers: ['alpha', 'beta', 'gamma'] });
  const seen = (...observations: [string, boolean, number][]): PerformanceStatistics =>
    observations
      .flatMap(([acquirer, success, times]) =>
        Array.from({ length: times }, (): Observation => ({ segment: 'EUR/visa', acquirer, success })),
      )
      .reduce(observe, new Map() as PerformanceStatistics);

  it('gives each the same chance while nothing is known', () => {
    const orders = [0, 0.34, 0.99].map((point) =>
      order(chosen(bandit, frenchVisa, knowing({}, { chance: () => point }))),
    );
    expect(orders).toEqual([
      ['alpha', 'beta', 'gamma'],
      ['beta', 'alpha', 'gamma'],
      ['gamma', 'alpha', 'beta'],
    ]);
    const { candidates, because } = chosen(bandit, frenchVisa, knowing());
    for (const { propensity, score } of candidates) {
      expect(propensity).toBeCloseTo(1 / 3, 6);
      expect(score).toBe(0.5);
    }
    expect(because).toBe(
      'The default drew alpha with a probability of 33.3 %, as nothing was seen of it yet in EUR/visa.',
    );
  });

  it('prefers who succeeds, in that segment alone', () => {
    const performance = seen(['alpha', true, 60], ['alpha', false, 40], ['beta', true, 95], ['beta', false, 5]);
    const knowledge = knowing({ gamma: 'its breaker is open' }, { performance, chance: () => 0.5 });
    const choice = chosen(bandit, frenchVisa, knowledge);
    expect(order(choice)).toEqual(['beta', 'alpha']);
    expect(choice.candidates[0]?.propensity).toBeGreaterThan(0.999);
    expect(choice.because).toMatch(
      /^The default drew beta with a probability of (?:99\.9|100\.0) %, as 9\d\.\d % is expected to succeed in EUR\/visa, with gamma \(its breaker is open\) left out\.$/,
    );
    const elsewhere = chosen(bandit, { ...frenchVisa, brand: 'amex' }, knowledge);
    expect(elsewhere.candidates[0]?.propensity).toBeCloseTo(0.5, 6);
  });

  it('lets the others follow by what is expected of them, not by chance', () => {
    const performance = seen(['gamma', true, 40], ['beta', true, 20], ['beta', false, 5], ['alpha', false, 9]);
    expect(order(chosen(bandit, frenchVisa, knowing({}, { performance, chance: () => 0 })))).toEqual([
      'alpha',
      'gamma',
      'beta',
    ]);
  });

  it('is drawn with exactly the probability that is said', () => {
    const performance = seen(['alpha', true, 30], ['alpha', false, 5], ['beta', true, 28], ['beta', false, 4]);
    const draws = 10_000;
    const counts = new Map<string | undefined, number>();
    for (let index = 0; index < draws; index += 1) {
      const [one] = order(
        chosen(bandit, frenchVisa, knowing({}, { performance, chance: () => (index + 0.5) / draws })),
      );
      counts.set(one, (counts.get(one) ?? 0) + 1);
    }
    for (const { acquirer, propensity } of chosen(bandit, frenchVisa, knowing({}, { performance })).candidates) {
      expect((counts.get(acquirer) ?? 0) / draws, acquirer).toBeCloseTo(propensity ?? 0, 3);
    }
  });
});

describe('whatever is configured and known', () => {
  const acquirers = ['alpha', 'beta', 'gamma', 'delta'];
  const some = fc.uniqueArray(fc.constantFrom(...acquirers), { minLength: 1 });
  const strategy = fc.oneof(
    fc.record({ kind: fc.constantFrom('priority', 'cheapest', 'success_rate'), acquirers: some }),
    some.map((names) => {
      const shares = names.map((acquirer, index) => ({ acquirer, percent: index === 0 ? 101 - names.length : 1 }));
      return { kind: 'split' as const, shares };
    }),
  );
  const request = fc.record({
    currency: fc.constantFrom(...currencyCodes),
    amountMinor: fc.bigInt(1n, 2n ** 53n),
    brand: fc.option(fc.constantFrom('visa', 'amex')),
    country: fc.option(fc.constantFrom('FR', 'US')),
    paymentId: fc.string(),
  });
  const observations = fc.array(
    fc.record({
      segment: fc.constantFrom('EUR/visa' as const, 'USD/amex' as const),
      acquirer: fc.constantFrom(...acquirers),
      success: fc.boolean(),
    }),
  );
  const out = fc.uniqueArray(fc.constantFrom(...acquirers));
  const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

  it('each acquirer of the strategy is a candidate once, and the propensities sum to 1 or are none', () => {
    holds(
      fc.property(strategy, request, observations, out, chance, (chosenStrategy, asked, seen, left, point) => {
        const performance = seen.reduce(observe, new Map() as PerformanceStatistics);
        const excluded = Object.fromEntries(left.map((acquirer) => [acquirer, 'out']));
        const routed = route(always(chosenStrategy), asked, knowing(excluded, { performance, chance: () => point }));
        const { candidates, because } = routed.ok ? routed.value : routed.error;
        const named =
          chosenStrategy.kind === 'split'
            ? chosenStrategy.shares.map(({ acquirer }) => acquirer)
            : chosenStrategy.acquirers;
        expect(candidates.map(({ acquirer }) => acquirer).toSorted()).toEqual(named.toSorted());
        expect(because).toMatch(/^The default .*\.$/);

        const usable = named.filter((acquirer) => acquirer !== 'delta' && !left.includes(acquirer));
        expect(routed.ok).toBe(usable.length > 0);
        const tried = candidates.slice(0, usable.length);
        expect(tried.map(({ acquirer }) => acquirer).toSorted()).toEqual(usable.toSorted());
        expect(tried.every(({ excludedBecause }) => excludedBecause === null)).toBe(true);
        const drawn = chosenStrategy.kind === 'split' || chosenStrategy.kind === 'success_rate';
        const sum = tried.reduce((total, { propensity }) => total + (propensity ?? 0), 0);
        if (usable.length > 0) expect(sum).toBeCloseTo(drawn ? 1 : 0, 12);
      }),
    );
  });
});
