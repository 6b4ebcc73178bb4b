import type { AcquirerCosts } from './acquirer-costs.ts';
import type { RoutingConfiguration } from './configuration.ts';

/**
 * The acquirers that merchants may name, and what each charges. Those of the sandbox: `alpha` is middling, `beta` cheap for
 * large amounts, `gamma` for small ones, and `gamma` takes no yen. `stripe` is about its list price for European cards.
 */
export const acquirerCosts: ReadonlyMap<string, AcquirerCosts> = new Map([
  [
    'alpha',
    {
      basisPoints: 140,
      fixedMinor: { EUR: 10, USD: 12, GBP: 10, CHF: 12, SEK: 100, NOK: 100, DKK: 75, PLN: 50, JPY: 15 },
    },
  ],
  [
    'beta',
    {
      basisPoints: 90,
      fixedMinor: { EUR: 25, USD: 30, GBP: 25, CHF: 30, SEK: 250, NOK: 250, DKK: 180, PLN: 120, JPY: 40 },
    },
  ],
  ['gamma', { basisPoints: 250, fixedMinor: { EUR: 0, USD: 0, GBP: 0, CHF: 0, SEK: 0, NOK: 0, DKK: 0, PLN: 0 } }],
  [
    'stripe',
    {
      basisPoints: 150,
      fixedMinor: { EUR: 25, USD: 30, GBP: 20, CHF: 30, SEK: 180, NOK: 200, DKK: 180, PLN: 100, JPY: 40 },
    },
  ],
]);

/** For merchants who have configured nothing; version 0. Whoever wants Stripe says so: most have no account there. */
export const ordinaryRouting: RoutingConfiguration = {
  rules: [],
  default: { kind: 'priority', acquirers: ['alpha', 'beta', 'gamma'] },
};
