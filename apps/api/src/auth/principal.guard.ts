import { Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { GqlExecutionContext, type GqlContextType } from '@nestjs/graphql';
import { unauthenticated, type Audience } from './key-refusal.ts';
import type { AdmittedRequest } from './principal.ts';

const audienceKey = Symbol('audience');

/** Marks a resolver that only the platform's own people reach. Without it a resolver is for merchants. */
export const ForAdmins = (): ClassDecorator & MethodDecorator => SetMetadata(audienceKey, 'admin' satisfies Audience);

/**
 * Guards every query, mutation and subscription, whatever brought it there: none runs without the principal that it is
 * meant for. The gates turn callers away earlier; this is for the day on which a resolver is reached around them.
 */
@Injectable()
export class PrincipalGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    // Health, metrics and the playground's files are for everyone.
    if (context.getType<GqlContextType>() !== 'graphql') return true;
    const audience =
      this.reflector.getAllAndOverride<Audience | undefined>(audienceKey, [context.getHandler(), context.getClass()]) ??
      'merchant';
    const { req } = GqlExecutionContext.create(context).getContext<{ readonly req: AdmittedRequest }>();
    if (req.principal?.kind !== audience) throw unauthenticated({ code: 'key_missing' }, audience);
    return true;
  }
}
