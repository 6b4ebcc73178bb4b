import { observe, route } from '#domain';
import type { Availability, PerformanceStatistics, RouteRequest, RoutingConfiguration } from '#domain';
import { measured, quantile, type Measurement } from '../figures/measurement.ts';

const acquirers = ['alpha', 'beta', 'gamma'];

/** Rules that are all asked and none of which fits, before the strategy that has to calculate most. */
const configuration: RoutingConfiguration = {
  rules: Array.from({ length: 10 }, (_, index) => ({
    name: `rule ${index}`,
    when: { currencies: ['EUR', 'USD'], brands: ['visa'], countries: ['FR'], amountMinorAtLeast: 1_000_000 + index },
    use: { kind: 'cheapest', acquirers },
  })),
  default: { kind: 'success_rate', acquirers },
};

const usable: ReadonlyMap<string, Availability> = new Map(acquirers.map((acquirer) => [acquirer, { kind: 'usable' }]));

const decisionsBeforeMeasuring = 20_000;
const decisions = 100_000;

/**
 * One decision after the other on one core. `learning` is the worst case: an answer arrives before every decision, so that
 * nothing calculated before is of use. The rates are of CPU time, which others on the machine do not shorten.
 */
export function routing(): Measurement[] {
  return [...figuresOf('learning from each answer', true), ...figuresOf('between answers', false)];
}

function figuresOf(name: string, learning: boolean): Measurement[] {
  let performance = decide(new Map(), decisionsBeforeMeasuring, true, []);
  const durationsUs: number[] = [];
  const before = process.cpuUsage();
  performance = decide(performance, decisions, learning, durationsUs);
  const { user, system } = process.cpuUsage(before);
  const sorted = durationsUs.toSorted((one, other) => one - other);
  return [
    measured(`routing decisions, ${name}`, decisions / ((user + system) / 1_000_000), '1/s per core'),
    measured(`routing decision p99, ${name}`, quantile(sorted, 0.99), 'µs'),
  ];
}

function decide(known: PerformanceStatistics, times: number, learning: boolean, durationsUs: number[]) {
  let performance = known;
  for (let index = 0; index < times; index += 1) {
    const request: RouteRequest = {
      currency: 'EUR',
      amountMinor: BigInt(1_000 + (index % 1_000)),
      brand: 'visa',
      country: 'FR',
      paymentId: `pay_${index}`,
    };
    // Even enough, and the same in every run.
    const chance = (): number => (index * 0.618_033_988_749) % 1;
    const from = process.hrtime.bigint();
    const routed = route(configuration, request, { availability: usable, performance, costs: new Map(), chance });
    durationsUs.push(Number(process.hrtime.bigint() - from) / 1_000);
    const acquirer = routed.ok ? routed.value.candidates[0]?.acquirer : undefined;
    if (acquirer === undefined) throw new Error('Somebody can always be asked here.');
    if (learning) performance = observe(performance, { segment: 'EUR/visa', acquirer, success: index % 20 !== 0 });
  }
  return performance;
}
