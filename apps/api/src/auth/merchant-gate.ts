import { Injectable } from '@nestjs/common';
import { unauthenticated } from './key-refusal.ts';
import { MerchantKeys } from './merchant-keys.ts';
import type { AdmittedRequest, MerchantPrincipal } from './principal.ts';

/** Lets merchants in, before anything of their GraphQL request is read. */
@Injectable()
export class MerchantGate {
  constructor(private readonly keys: MerchantKeys) {}

  /** Puts the principal on the request. Errors: `GraphQLError` UNAUTHENTICATED with HTTP status 401. */
  async admit(request: AdmittedRequest, authorization: string | undefined): Promise<MerchantPrincipal> {
    const verified = await this.keys.verify(authorization);
    if (!verified.ok) throw unauthenticated(verified.error, 'merchant');
    request.principal = verified.value;
    return verified.value;
  }
}
