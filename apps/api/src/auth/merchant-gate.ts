import { Injectable } from '@nestjs/common';
import { GraphQLError } from 'graphql';
import { unauthenticated } from './key-refusal.ts';
import { MerchantKeys } from './merchant-keys.ts';
import type { AdmittedRequest, MerchantPrincipal } from './principal.ts';

/** Lets merchants in, before anything of their GraphQL request is read. */
@Injectable()
export class MerchantGate {
  constructor(private readonly keys: MerchantKeys) {}

  /**
   * Puts the principal on the request. Errors: `GraphQLError` UNAUTHENTICATED with HTTP status 401, or with 503 while keys
   * cannot be looked up.
   */
  async admit(request: AdmittedRequest, authorization: string | undefined): Promise<MerchantPrincipal> {
    const verified = await this.keys.verify(authorization).catch(unanswerable);
    if (!verified.ok) throw unauthenticated(verified.error, 'merchant');
    request.principal = verified.value;
    return verified.value;
  }
}

/** While keys cannot be looked up nobody is let in, and nobody is told that the key was at fault. */
function unanswerable(fault: unknown): never {
  if (!(fault instanceof Error && 'retryable' in fault && fault.retryable === true)) throw fault;
  const http = { status: 503, headers: new Map([['retry-after', '1']]) };
  throw new GraphQLError('Keys cannot be looked up.', { originalError: fault, extensions: { http } });
}
