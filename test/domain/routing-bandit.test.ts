import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { observe, route, segmentOf } from '#domain';
import type { AcquirerPerformance, Observation, PerformanceStatistics } from '#domain';
import { holds } from '../support/property.ts';
import { always, frenchVisa, knowing } from './routing-facts.ts';
import { driftingWorld, simulate, type World } from './routing-simulator.ts';

const bandit = always({ kind: 'success_rate', acquirers: ['alpha', 'beta', 'gamma'] });

function propensities(performance: PerformanceStatistics, excluded: Readonly<Record<string, string>> = {}): number[] {
  const routed = route(bandit, frenchVisa, knowing(excluded, { performance }));
  const candidates = routed.ok ? routed.value.candidates : [];
  return ['alpha', 'beta', 'gamma'].map(
    (acquirer) => candidates.find((candidate) => candidate.acquirer === acquirer)?.propensity ?? 0,
  );
}

/** Statistics as they would be read from where they are kept. */
function known(tallies: Readonly<Record<string, readonly [number, number]>>): PerformanceStatistics {
  const segment = new Map<string, AcquirerPerformance>();
  for (const [acquirer, [successes, failures]] of Object.entries(tallies)) {
    segment.set(acquirer, { successes, failures, recent: { successes: 0, failures: 0 } });
  }
  return new Map([['EUR/visa', segment]]);
}

/**
 * The probability that one Beta distribution draws more than another one, summed term by term; exact for whole numbers of successes of the
 * first. Evan Miller, “Formulas for Bayesian A/B testing”, equation 6.
 */
function exceeds([a, b]: readonly [number, number], [c, d]: readonly [number, number]): number {
  let sum = 0;
  for (let i = 0; i < a; i += 1) {
    sum += Math.exp(logBeta(c + i, b + d) - Math.log(b + i) - logBeta(1 + i, b) - logBeta(c, d));
  }
  return sum;
}

function logBeta(a: number, b: number): number {
  return logFactorial(a - 1) + logFactorial(b - 1) - logFactorial(a + b - 1);
}

function logFactorial(n: number): number {
  let sum = 0;
  for (let i = 2; i <= n; i += 1) sum += Math.log(i);
  return sum;
}

describe('the probability of being the best', () => {
  it('agrees with the sum of all terms, whatever was observed', () => {
    const count = fc.integer({ min: 0, max: 250 });
    holds(
      fc.property(count, count, count, count, (a, b, c, d) => {
        const statistics = known({ alpha: [a, b], beta: [c, d] });
        const [alpha = 0, beta = 0] = propensities(statistics, { gamma: 'out' });
        expect(alpha + beta).toBeCloseTo(1, 12);
        expect(Math.abs(alpha - exceeds([a + 2, b + 2], [c + 2, d + 2]))).toBeLessThan(2e-5);
      }),
      200,
    );
  });

  it('does not depend on the order of the list', () => {
    const one = propensities(known({ alpha: [90, 10], beta: [50, 4], gamma: [9, 0] }));
    const other = propensities(known({ gamma: [90, 10], alpha: [50, 4], beta: [9, 0] }));
    expect(other.map((value) => value.toFixed(12))).toEqual(
      [one[1], one[2], one[0]].map((value) => value?.toFixed(12)),
    );
  });
});

describe('an observation', () => {
  const of = (acquirer: string, success: boolean): Observation => ({ segment: 'EUR/visa', acquirer, success });

  it('weighs less with each that follows in its segment, whoever was asked', () => {
    const statistics = [of('alpha', true), of('beta', false), of('alpha', true)].reduce(
      observe,
      new Map() as PerformanceStatistics,
    );
    const segment = statistics.get('EUR/visa');
    expect(segment?.get('alpha')?.successes).toBeCloseTo(1 + 0.998 ** 2, 12);
    expect(segment?.get('beta')?.failures).toBeCloseTo(0.998, 12);
    expect(segment?.get('gamma')).toBeUndefined();
  });

  it('is of its segment alone, and leaves what was known before as it was', () => {
    const before: PerformanceStatistics = observe(new Map(), of('alpha', true));
    const after = observe(before, { segment: segmentOf('EUR', null), acquirer: 'alpha', success: false });
    expect([...after.keys()]).toEqual(['EUR/visa', 'EUR/unknown']);
    expect(after.get('EUR/visa')).toBe(before.get('EUR/visa'));
    expect(before.size).toBe(1);
  });

  it('makes good times forgotten at once when an acquirer breaks down, and a single decline does not', () => {
    const good = Array.from({ length: 400 }, (_, index) => of('alpha', index % 20 !== 0));
    const settled = good.reduce(observe, new Map() as PerformanceStatistics);
    const after = (failures: number): number => {
      const seen = Array.from({ length: failures }, () => of('alpha', false)).reduce(observe, settled);
      return seen.get('EUR/visa')?.get('alpha')?.successes ?? 0;
    };
    expect(after(3)).toBeGreaterThan(250);
    expect(after(8)).toBeLessThan(10);
  });
});

describe('in the simulator', () => {
  const seeds = [1, 2, 3, 4, 5];

  it('gets at least 98.8 % of what who knows every rate would get', () => {
    const total = { bandit: 0, firstOfList: 0, oracle: 0 };
    const percent = (sum: number, oracle: number): string => `${((100 * sum) / oracle).toFixed(2)} %`;
    const print = (who: string, { bandit: got, firstOfList, oracle }: typeof total): void =>
      console.info(
        `${who}: bandit ${percent(got, oracle)}, static priority ${percent(firstOfList, oracle)} of the oracle`,
      );
    for (const seed of seeds) {
      const simulated = simulate(driftingWorld(seed), seed);
      print(`seed ${seed}`, simulated);
      total.bandit += simulated.bandit;
      total.firstOfList += simulated.firstOfList;
      total.oracle += simulated.oracle;
      expect(simulated.bandit / simulated.oracle, `seed ${seed}`).toBeGreaterThan(0.985);
    }
    print('together', total);
    expect(total.bandit / total.oracle).toBeGreaterThanOrEqual(0.988);
    expect(total.firstOfList / total.oracle).toBeLessThan(0.97);
  }, 60_000);

  it.each(seeds)('seed %i: a fall to 20 % moves over four fifths of the traffic within 200 attempts', (seed) => {
    const fallsAt = 4_000;
    const usual = { alpha: 0.95, beta: 0.92, gamma: 0.9 };
    const world: World = {
      payments: fallsAt + 400,
      answerDelayMax: 20,
      rateOf: (acquirer, payment) =>
        acquirer === 'alpha' && payment >= fallsAt ? 0.2 : (usual[acquirer as keyof typeof usual] ?? 0),
    };
    const { asked, propensityOfAlpha } = simulate(world, seed);
    const share = (from: number, to: number): number =>
      asked.slice(from, to).filter((acquirer) => acquirer === 'alpha').length / (to - from);
    const before = share(fallsAt - 500, fallsAt);
    const during = share(fallsAt, fallsAt + 200);
    const later = propensityOfAlpha.slice(fallsAt + 200).reduce((sum, one) => sum + one, 0) / 200;
    console.info(
      `seed ${seed}: ${(100 * before).toFixed(1)} % before, ${(100 * during).toFixed(1)} % of the 200 attempts after, ` +
        `then ${(100 * later).toFixed(1)} %`,
    );
    expect(before).toBeGreaterThan(0.5);
    expect(during).toBeLessThan(0.2 * before);
    expect(later).toBeLessThan(0.05);
  });
});
