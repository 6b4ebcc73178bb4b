import { createHash, timingSafeEqual } from 'node:crypto';
import { unauthenticated } from './key-refusal.ts';
import { bearerOf } from './bearer.ts';
import type { AdmittedRequest } from './principal.ts';

/** Lets the platform's own people in, before anything of their GraphQL request is read. */
export class AdminGate {
  private readonly adminKeyHash: Buffer;

  constructor(adminKey: string) {
    this.adminKeyHash = hashOf(adminKey);
  }

  /** Puts the principal on the request. Errors: `GraphQLError` UNAUTHENTICATED with HTTP status 401. */
  admit(request: AdmittedRequest, authorization: string | undefined): void {
    const bearer = bearerOf(authorization);
    if (!bearer.ok) throw unauthenticated(bearer.error, 'admin');
    // Hashes have one length, so that the comparison takes the same time for every guess.
    if (!timingSafeEqual(hashOf(bearer.value), this.adminKeyHash)) {
      throw unauthenticated({ code: 'key_unknown' }, 'admin');
    }
    request.principal = { kind: 'admin' };
  }
}

function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
