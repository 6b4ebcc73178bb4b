import { Inject, Injectable } from '@nestjs/common';
import type { AcquirerView } from '#contracts';
import { acquirerCosts, ordinaryRouting, route, segmentOf } from '#domain';
import type { Availability, Ids, MerchantId, Money, RouteChoice } from '#domain';
import { PerformanceStore, RoutingStore } from '#persistence';
import { IDS } from '#runtime';
import { MerchantStore } from '../stores/merchant-store.ts';
import { ConnectedAcquirers } from './connected-acquirers.ts';

export interface ExplainRouteQuestion {
  readonly merchantId: MerchantId;
  readonly amount: Money;
  /** Null: not known of the card. */
  readonly brand: string | null;
  readonly country: string | null;
}

export interface RouteExplanation extends RouteChoice {
  /** Of the merchant's configuration; 0 is the platform's own. */
  readonly version: number;
  /** Whether anybody could be asked at all. */
  readonly usable: boolean;
}

/**
 * Where a payment would go now, by the rules and the knowledge that a real one would go by. Nothing is written. Errors:
 * `ServiceUnavailable` when nobody tells which acquirers can be used.
 */
@Injectable()
export class ExplainRoute {
  constructor(
    private readonly merchants: MerchantStore,
    private readonly routing: RoutingStore,
    private readonly performance: PerformanceStore,
    private readonly acquirers: ConnectedAcquirers,
    @Inject(IDS) private readonly ids: Ids,
  ) {}

  /** Undefined where there is no such merchant. */
  async execute({ merchantId, amount, brand, country }: ExplainRouteQuestion): Promise<RouteExplanation | undefined> {
    const { minor: amountMinor, currency } = amount;
    const [merchant, saved, performance, acquirers] = await Promise.all([
      this.merchants.read(merchantId),
      this.routing.latest(merchantId),
      this.performance.readSegment(segmentOf(currency, brand)),
      this.acquirers.all(),
    ]);
    if (merchant === undefined) return undefined;

    // A payment of its own: where chance takes part, the next question may be answered otherwise, like the next payment.
    const request = { currency, amountMinor, brand, country, paymentId: this.ids.next('pay') };
    const availability = new Map(acquirers.map((acquirer) => [acquirer.name, availabilityOf(acquirer)]));
    const knowledge = { availability, performance, costs: acquirerCosts, chance: Math.random };
    const routed = route(saved?.configuration ?? ordinaryRouting, request, knowledge);
    const { candidates, strategy, rule, because } = routed.ok ? routed.value : routed.error;
    return { candidates, strategy, rule, because, version: saved?.version ?? 0, usable: routed.ok };
  }
}

function availabilityOf({ operations }: AcquirerView): Availability {
  const reason = operations.find(({ operation }) => operation === 'authorize')?.refusedBecause ?? null;
  return reason === null ? { kind: 'usable' } : { kind: 'excluded', reason };
}
