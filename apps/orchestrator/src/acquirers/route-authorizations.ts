import { Inject, Injectable } from '@nestjs/common';
import {
  acquirerCosts,
  cardFactsOf,
  invariant,
  ordinaryRouting,
  route,
  type Attempt,
  type Availability,
  type MerchantId,
  type Payment,
  type RouteChoice,
  type RoutingConfiguration,
} from '#domain';
import type { RoutingStore } from '#persistence';
import { AcquirerDirectory } from './acquirer-directory.ts';
import type { ChooseAcquirer, Route } from './choose-acquirer.ts';
import { ObservedPerformance } from './observed-performance.ts';

/** At least 0 and below 1, even. */
export const CHANCE = Symbol('Chance');

/** Some kilobytes each: the memory stays below 10 MB. Versions never change, so the oldest can always go. */
const configurationsKeptMax = 2_000;

/**
 * Routes authorizations by the version of the merchant's configuration that the payment was born with. Whoever declined
 * the payment is not asked again; of the others, those who were asked least.
 */
@Injectable()
export class RouteAuthorizations implements ChooseAcquirer {
  private readonly configurations = new Map<string, RoutingConfiguration>();

  constructor(
    private readonly acquirers: AcquirerDirectory,
    private readonly performance: ObservedPerformance,
    @Inject(CHANCE) private readonly chance: () => number,
  ) {}

  async prepare(store: RoutingStore, payments: readonly Payment[]): Promise<void> {
    for (const { merchantId, terms } of payments) {
      const key = keyOf(merchantId, terms.routingVersion);
      if (terms.routingVersion === 0 || this.configurations.has(key)) continue;
      const saved = await store.byVersion(merchantId, terms.routingVersion);
      invariant(saved !== undefined, `the routing ${key} that a payment was born with is kept for good`);
      this.keep(key, saved.configuration);
    }
  }

  forAuthorization(payment: Payment, earlier: readonly Attempt[]): Route | undefined {
    const choice = this.choose(payment, earlier, this.chance);
    const [first] = choice?.candidates ?? [];
    if (choice === undefined || first === undefined) return undefined;
    const { strategy, rule, because, candidates } = choice;
    const record = { version: payment.terms.routingVersion, strategy, rule, candidates };
    return { acquirer: first.acquirer, because: becauseAfter(earlier.at(-1), because), record };
  }

  hasAnother(payment: Payment, earlier: readonly Attempt[]): boolean {
    const [first] = this.choose(payment, earlier, () => 0)?.candidates ?? [];
    const last = earlier.at(-1);
    const round = last === undefined ? 1 : triesAt(last.acquirer, earlier);
    return first !== undefined && triesAt(first.acquirer, earlier) < round;
  }

  /** Undefined when nobody can be asked. */
  private choose(payment: Payment, earlier: readonly Attempt[], chance: () => number): RouteChoice | undefined {
    const { amount, cardToken, id: paymentId } = payment;
    const { brand, country } = cardFactsOf(cardToken);
    const request = { currency: amount.currency, amountMinor: amount.minor, brand, country, paymentId };
    const availability = this.availabilityAfter(earlier);
    const knowledge = { availability, performance: this.performance.known(), costs: acquirerCosts, chance };
    const routed = route(this.configurationOf(payment), request, knowledge);
    return routed.ok ? routed.value : undefined;
  }

  private configurationOf({ merchantId, terms }: Payment): RoutingConfiguration {
    if (terms.routingVersion === 0) return ordinaryRouting;
    const configuration = this.configurations.get(keyOf(merchantId, terms.routingVersion));
    invariant(configuration !== undefined, 'a turn is prepared with the routing of its payments');
    return configuration;
  }

  private availabilityAfter(earlier: readonly Attempt[]): ReadonlyMap<string, Availability> {
    const names = this.acquirers.names();
    const refusals = new Map(names.map((name) => [name, this.refusalOf(name, earlier)]));
    const open = names.filter((name) => refusals.get(name) === undefined);
    const triesMin = Math.min(...open.map((name) => triesAt(name, earlier)));
    return new Map(
      names.map((name): [string, Availability] => {
        const asked = triesAt(name, earlier) > triesMin ? 'it was asked before' : undefined;
        const reason = refusals.get(name) ?? asked;
        return [name, reason === undefined ? { kind: 'usable' } : { kind: 'excluded', reason }];
      }),
    );
  }

  private refusalOf(name: string, earlier: readonly Attempt[]): string | undefined {
    const hasDeclined = earlier.some(({ acquirer, state }) => acquirer === name && state === 'declined');
    if (hasDeclined) return 'it declined this payment';
    const availability = this.acquirers.availabilityOf(name, 'authorize');
    return availability.usable ? undefined : availability.reason;
  }

  private keep(key: string, configuration: RoutingConfiguration): void {
    const [oldest] = this.configurations.keys();
    if (this.configurations.size >= configurationsKeptMax && oldest !== undefined) this.configurations.delete(oldest);
    this.configurations.set(key, configuration);
  }
}

function keyOf(merchantId: MerchantId, version: number): string {
  return `${merchantId}@${version}`;
}

function triesAt(name: string, earlier: readonly Attempt[]): number {
  return earlier.filter(({ acquirer }) => acquirer === name).length;
}

function becauseAfter(last: Attempt | undefined, because: string): string {
  if (last === undefined) return because;
  const what = last.state === 'declined' ? 'declined softly' : 'was surely not reached';
  return `${last.acquirer} ${what}. ${because}`;
}
