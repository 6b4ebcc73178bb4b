import { Injectable } from '@nestjs/common';
import type { MerchantId } from '#domain';
import { ApiKeyStore, type StoredApiKey } from '../stores/api-key-store.ts';

/** Shows the keys of a merchant; what would find out a secret is not among what is kept. */
@Injectable()
export class FindApiKeys {
  constructor(private readonly keys: ApiKeyStore) {}

  /** The newest first, revoked and expired ones included. */
  of(merchantId: MerchantId): Promise<StoredApiKey[]> {
    return this.keys.of(merchantId);
  }
}
