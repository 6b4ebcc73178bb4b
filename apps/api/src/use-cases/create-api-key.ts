import { Inject, Injectable } from '@nestjs/common';
import { err, ok, type Clock, type Ids, type MerchantId, type Result } from '#domain';
import { CLOCK, IDS } from '#runtime';
import { hashApiKey, mintApiKey } from '#security';
import { ApiKeyStore, type StoredApiKey } from '../stores/api-key-store.ts';
import { MerchantStore } from '../stores/merchant-store.ts';
import type { AdminRefusal } from './admin-refusal.ts';

export interface CreateApiKeyCommand {
  readonly merchantId: MerchantId;
  readonly expiresAt: Date | null;
}

/** `secretKey` is shown this once; only its hash is kept. */
export interface CreatedApiKey {
  readonly apiKey: StoredApiKey;
  readonly secretKey: string;
}

/** Gives a merchant a new secret key beside those that it has. */
@Injectable()
export class CreateApiKey {
  constructor(
    private readonly merchants: MerchantStore,
    private readonly keys: ApiKeyStore,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(IDS) private readonly ids: Ids,
  ) {}

  async execute({ merchantId, expiresAt }: CreateApiKeyCommand): Promise<Result<CreatedApiKey, AdminRefusal>> {
    const now = this.clock.now();
    if (expiresAt !== null && expiresAt <= now) {
      const message = 'The key would have expired before it is used. Choose a time to come, or none.';
      return err({ code: 'invalid_input', message, path: ['input', 'expiresAt'] });
    }
    if ((await this.merchants.read(merchantId)) === undefined) {
      return err({ code: 'not_found', message: `There is no merchant ${merchantId}.`, path: ['input', 'merchantId'] });
    }
    const secret = mintApiKey('sk_test');
    const apiKey: StoredApiKey = {
      id: this.ids.next('key'),
      merchantId,
      handle: secret.handle,
      hash: hashApiKey(secret),
      createdAt: now,
      expiresAt,
      revokedAt: null,
    };
    await this.keys.create(apiKey);
    return ok({ apiKey, secretKey: secret.text });
  }
}
