import { observe, route, type PerformanceStatistics } from '#domain';
import { seededChance } from '../support/seeded-chance.ts';
import { always, frenchVisa, knowing } from './routing-facts.ts';

/** Three acquirers as they are in life: each drifts, breaks down at times, and its answers come late. */
export interface World {
  readonly payments: number;
  /** The rate of success of an acquirer at the time of a payment. */
  readonly rateOf: (acquirer: string, payment: number) => number;
  /** An answer is known after 1 to this many further payments. */
  readonly answerDelayMax: number;
}

export interface Simulated {
  /** The sums of the rates of those that were asked, so that luck with single payments does not count. */
  readonly bandit: number;
  readonly firstOfList: number;
  readonly oracle: number;
  /** Who was asked, payment by payment. */
  readonly asked: readonly string[];
  /** With which probability each payment was given to `alpha`. */
  readonly propensityOfAlpha: readonly number[];
}

const acquirers = ['alpha', 'beta', 'gamma'];
const bandit = always({ kind: 'success_rate', acquirers });

export function simulate(world: World, seed: number): Simulated {
  const chance = seededChance(seed);
  const answers = new Map<number, { acquirer: string; success: boolean }[]>();
  const asked: string[] = [];
  const propensityOfAlpha: number[] = [];
  const sums = { bandit: 0, firstOfList: 0, oracle: 0 };
  let performance: PerformanceStatistics = new Map();

  for (let payment = 0; payment < world.payments; payment += 1) {
    for (const answer of answers.get(payment) ?? [])
      performance = observe(performance, { segment: 'EUR/visa', ...answer });
    answers.delete(payment);
    const routed = route(bandit, frenchVisa, knowing({}, { performance, chance }));
    if (!routed.ok) throw new Error(routed.error.because);
    const { candidates } = routed.value;
    const acquirer = candidates[0]?.acquirer ?? '';
    const due = payment + 1 + Math.floor(chance() * world.answerDelayMax);
    const success = chance() < world.rateOf(acquirer, payment);
    answers.set(due, [...(answers.get(due) ?? []), { acquirer, success }]);

    asked.push(acquirer);
    propensityOfAlpha.push(candidates.find((candidate) => candidate.acquirer === 'alpha')?.propensity ?? 0);
    const rates = acquirers.map((one) => world.rateOf(one, payment));
    sums.bandit += world.rateOf(acquirer, payment);
    sums.firstOfList += rates[0] ?? 0;
    sums.oracle += Math.max(...rates);
  }
  return { ...sums, asked, propensityOfAlpha };
}

/**
 * Rates around 93, 91 and 89 % that swing by 4 % within ten to thirty thousand payments, so that the best one changes, and two breakdowns of
 * each to 20 % for 400 to 1200 payments.
 */
export function driftingWorld(seed: number): World {
  const chance = seededChance(seed);
  const payments = 40_000;
  const swings = new Map(
    acquirers.map((acquirer, index) => {
      const breakdowns = [0, 1].map(() => {
        const from = chance() * payments;
        return { from, to: from + 400 + chance() * 800 };
      });
      const middle = 0.93 - index * 0.02;
      return [acquirer, { middle, period: 10_000 + chance() * 20_000, phase: chance(), breakdowns }];
    }),
  );
  return {
    payments,
    answerDelayMax: 40,
    rateOf: (acquirer, payment) => {
      const swing = swings.get(acquirer);
      if (swing === undefined) return 0;
      if (swing.breakdowns.some(({ from, to }) => payment >= from && payment < to)) return 0.2;
      return swing.middle + 0.04 * Math.sin(2 * Math.PI * (payment / swing.period + swing.phase));
    },
  };
}
