import type { AcquirerCosts, Availability, RouteRequest, RoutingConfiguration, RoutingKnowledge } from '#domain';

/** 10.99 EUR with a French Visa card. */
export const frenchVisa: RouteRequest = {
  currency: 'EUR',
  amountMinor: 1_099n,
  brand: 'visa',
  country: 'FR',
  paymentId: 'pay_01jd3m9k6nf0h8x7v5q2c4r1tz',
};

const costs = new Map<string, AcquirerCosts>([
  ['alpha', { basisPoints: 140, fixedMinor: { EUR: 10, USD: 12 } }],
  ['beta', { basisPoints: 90, fixedMinor: { EUR: 25, USD: 12 } }],
  ['gamma', { basisPoints: 250, fixedMinor: { EUR: 0 } }],
]);

/** Everybody can be used and nothing has been observed, but for what is told. */
export function knowing(
  excluded: Readonly<Record<string, string>> = {},
  knowledge: Partial<RoutingKnowledge> = {},
): RoutingKnowledge {
  const availability = new Map<string, Availability>(
    ['alpha', 'beta', 'gamma'].map((acquirer): [string, Availability] => {
      const reason = excluded[acquirer];
      return [acquirer, reason === undefined ? { kind: 'usable' } : { kind: 'excluded', reason }];
    }),
  );
  return { availability, performance: new Map(), costs, chance: () => 0, ...knowledge };
}

/** One strategy for all payments. */
export function always(strategy: RoutingConfiguration['default']): RoutingConfiguration {
  return { rules: [], default: strategy };
}
