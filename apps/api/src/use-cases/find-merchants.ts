import { Injectable } from '@nestjs/common';
import type { MerchantId } from '#domain';
import { MerchantStore, type Merchant } from '../stores/merchant-store.ts';

/** Shows merchants and what was agreed with them, as it stands now. */
@Injectable()
export class FindMerchants {
  constructor(private readonly merchants: MerchantStore) {}

  byId(id: MerchantId): Promise<Merchant | undefined> {
    return this.merchants.read(id);
  }

  /** The oldest first, beginning behind `after`. */
  page(first: number, after: MerchantId | undefined): Promise<Merchant[]> {
    return this.merchants.list(first, after);
  }
}
