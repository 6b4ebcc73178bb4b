import { Inject, Injectable } from '@nestjs/common';
import { err, ok, type Clock, type Result } from '#domain';
import { CLOCK } from '#runtime';
import { matchesApiKeyHash, parseApiKey } from '#security';
import { ApiKeyStore } from '../stores/api-key-store.ts';
import { bearerOf } from './bearer.ts';
import type { KeyRefusal } from './key-refusal.ts';
import type { MerchantPrincipal } from './principal.ts';

/**
 * Tells which merchant a secret key belongs to. A typing error costs no look-up; a key is found by its public handle and
 * compared by its hash in constant time, so neither the answer nor its delay helps to guess one.
 */
@Injectable()
export class MerchantKeys {
  constructor(
    private readonly keys: ApiKeyStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async verify(authorization: string | undefined): Promise<Result<MerchantPrincipal, KeyRefusal>> {
    const bearer = bearerOf(authorization);
    if (!bearer.ok) return bearer;
    const key = parseApiKey(bearer.value);
    if (key === undefined) return err({ code: 'key_mistyped' });
    const stored = await this.keys.find(key.handle);
    // Whether a key is revoked or expired is told only to who holds the whole of it.
    if (stored === undefined || !matchesApiKeyHash(key, stored.hash)) return err({ code: 'key_unknown' });
    if (stored.revokedAt !== null) return err({ code: 'key_revoked' });
    if (stored.expiresAt !== null && stored.expiresAt <= this.clock.now()) {
      return err({ code: 'key_expired', expiredAt: stored.expiresAt });
    }
    return ok({ kind: 'merchant', merchantId: stored.merchantId, keyId: stored.id });
  }
}
