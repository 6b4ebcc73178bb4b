import { Injectable } from '@nestjs/common';
import type { MerchantId } from '#domain';
import { RoutingStore, type SavedRouting } from '#persistence';

/** Shows where the payments of a merchant go, and where they went before. */
@Injectable()
export class FindRouting {
  constructor(private readonly routing: RoutingStore) {}

  /** The newest first. None where the platform's own holds. */
  versionsOf(merchantId: MerchantId, first: number): Promise<SavedRouting[]> {
    return this.routing.list(merchantId, first);
  }
}
