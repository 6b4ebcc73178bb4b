import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { GqlExecutionContext } from '@nestjs/graphql';
import { invariant } from '#domain';
import type { AdmittedRequest, MerchantPrincipal } from './principal.ts';

/** The merchant on whose behalf a resolver runs. */
export const Merchant = createParamDecorator((_: unknown, context: ExecutionContext): MerchantPrincipal => {
  const { req } = GqlExecutionContext.create(context).getContext<{ readonly req: AdmittedRequest }>();
  invariant(req.principal?.kind === 'merchant', 'a guarded resolver of the merchant API has a merchant');
  return req.principal;
});
