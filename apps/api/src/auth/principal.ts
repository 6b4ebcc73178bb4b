import type { ApiKeyId, MerchantId } from '#domain';

/** A merchant's program, by one of its secret keys. */
export interface MerchantPrincipal {
  readonly kind: 'merchant';
  readonly merchantId: MerchantId;
  readonly keyId: ApiKeyId;
}

/** One of the platform's own people. */
export interface AdminPrincipal {
  readonly kind: 'admin';
}

/** Who a request comes from. */
export type Principal = MerchantPrincipal | AdminPrincipal;

/** The request of an HTTP call or of an operation over a WebSocket; a gate has put the principal there. */
export interface AdmittedRequest {
  principal?: Principal;
}
