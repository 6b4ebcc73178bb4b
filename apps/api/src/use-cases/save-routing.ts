import { Inject, Injectable } from '@nestjs/common';
import { acquirerCosts, err, ok, validateRouting } from '#domain';
import type { Clock, MerchantId, Result, RoutingConfiguration, RoutingProblem } from '#domain';
import { RoutingStore, type SavedRouting } from '#persistence';
import { CLOCK } from '#runtime';
import { MerchantStore } from '../stores/merchant-store.ts';

export interface SaveRoutingCommand {
  readonly merchantId: MerchantId;
  readonly configuration: RoutingConfiguration;
  /** For people who ask later. */
  readonly savedBy: string;
}

export type SaveRoutingRefusal =
  | { readonly code: 'no_such_merchant' }
  | { readonly code: 'not_valid'; readonly problems: readonly RoutingProblem[] };

/** Says where a merchant's payments go from now on. Payments that exist keep the version that they were born with. */
@Injectable()
export class SaveRouting {
  constructor(
    private readonly merchants: MerchantStore,
    private readonly routing: RoutingStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async execute(command: SaveRoutingCommand): Promise<Result<SavedRouting, SaveRoutingRefusal>> {
    const { merchantId, savedBy } = command;
    if ((await this.merchants.read(merchantId)) === undefined) return err({ code: 'no_such_merchant' });
    const validated = validateRouting(command.configuration, [...acquirerCosts.keys()]);
    if (!validated.ok) return err({ code: 'not_valid', problems: validated.error });
    const savedAt = this.clock.now();
    return ok(await this.routing.save({ merchantId, configuration: validated.value, savedAt, savedBy }));
  }
}
