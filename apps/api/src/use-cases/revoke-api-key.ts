import { Inject, Injectable } from '@nestjs/common';
import { err, ok, type ApiKeyId, type Clock, type Result } from '#domain';
import { CLOCK } from '#runtime';
import { ApiKeyStore, type StoredApiKey } from '../stores/api-key-store.ts';
import type { AdminRefusal } from './admin-refusal.ts';

/** Ends a key for good. It is refused everywhere within a second; revoking it again changes nothing. */
@Injectable()
export class RevokeApiKey {
  constructor(
    private readonly keys: ApiKeyStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async execute(id: ApiKeyId): Promise<Result<StoredApiKey, AdminRefusal>> {
    const revoked = await this.keys.revoke(id, this.clock.now());
    return revoked === undefined
      ? err({ code: 'not_found', message: `There is no key ${id}.`, path: ['input', 'apiKeyId'] })
      : ok(revoked);
  }
}
