import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import type { Result } from '#domain';
import type { BreakerOverride } from '#persistence';
import { ForAdmins } from '../auth/principal.guard.ts';
import { UserErrors } from '../graphql/errors/user-errors.ts';
import type { AdminRefusal } from '../use-cases/admin-refusal.ts';
import { HoldBreakers } from '../use-cases/hold-breakers.ts';
import { ConnectedAcquirers } from '../use-cases/connected-acquirers.ts';
import { BreakerInput } from './inputs/acquirer.inputs.ts';
import { AcquirerType, BreakerPayload, type BreakerOverrideType } from './types/acquirer.type.ts';

@ForAdmins()
@Resolver()
export class AcquirersResolver {
  constructor(
    private readonly connected: ConnectedAcquirers,
    private readonly breakers: HoldBreakers,
    private readonly userErrors: UserErrors,
  ) {}

  @Query(() => [AcquirerType], { description: 'The acquirers, as one process of the orchestrator sees them now.' })
  async acquirers(): Promise<AcquirerType[]> {
    const views = await this.connected.all();
    return views.map(({ name, operations }) => ({
      name,
      operations: operations.map((operation) => ({ ...operation, since: new Date(operation.since) })),
    }));
  }

  @Mutation(() => BreakerPayload, {
    description:
      'Keeps calls away from an acquirer in all processes until `closeBreaker`. One that is held already stays held, for its first reason.',
  })
  async openBreaker(
    @Args('input', { description: 'Which breaker, and why.' }) input: BreakerInput,
  ): Promise<BreakerPayload> {
    return this.present(await this.breakers.open(input));
  }

  @Mutation(() => BreakerPayload, { description: 'Lets calls go again to an acquirer that was held by `openBreaker`.' })
  async closeBreaker(
    @Args('input', { description: 'Which breaker, and why.' }) input: BreakerInput,
  ): Promise<BreakerPayload> {
    return this.present(await this.breakers.close(input));
  }

  private present(result: Result<BreakerOverride, AdminRefusal>): BreakerPayload {
    return result.ok
      ? { override: result.value as BreakerOverrideType, userErrors: [] }
      : { override: null, userErrors: [this.userErrors.ofRefusal(result.error)] };
  }
}
