import type { GuardedOperation } from '#contracts';
import { err, ok, type Result } from '#domain';
import type { BreakerOverride, BreakerOverrideStore } from '#persistence';
import type { AdminRefusal } from './admin-refusal.ts';
import type { ConnectedAcquirers } from './connected-acquirers.ts';
import { refusalOfReason } from './reason.ts';

export interface BreakerCommand {
  readonly acquirer: string;
  readonly operation: GuardedOperation;
  /** For whoever asks later. */
  readonly reason: string;
}

/**
 * A person keeps calls away from an acquirer, and lets them go there again. It is written down with its reason and holds for
 * all processes, those that start later included.
 */
export class HoldBreakers {
  private readonly overrides: BreakerOverrideStore;
  private readonly acquirers: ConnectedAcquirers;
  private readonly announce: () => void;

  /** `announce` hurries those who would look by themselves a little later. */
  constructor(overrides: BreakerOverrideStore, acquirers: ConnectedAcquirers, announce: () => void) {
    this.overrides = overrides;
    this.acquirers = acquirers;
    this.announce = announce;
  }

  /** One that is held already stays held, for the reason that was given first. */
  async open(command: BreakerCommand): Promise<Result<BreakerOverride, AdminRefusal>> {
    const reason = command.reason.trim();
    const refusal = refusalOfReason(reason);
    if (refusal !== undefined) return err(refusal);
    const names = (await this.acquirers.all()).map(({ name }) => name);
    if (!names.includes(command.acquirer)) return err(noSuchAcquirer(command.acquirer, names));
    const held = await this.overrides.hold(command, reason);
    this.announce();
    return ok(held);
  }

  async close(command: BreakerCommand): Promise<Result<BreakerOverride, AdminRefusal>> {
    const reason = command.reason.trim();
    const refusal = refusalOfReason(reason);
    if (refusal !== undefined) return err(refusal);
    const released = await this.overrides.release(command, reason);
    if (released === undefined) return err(notHeld(command));
    this.announce();
    return ok(released);
  }
}

function noSuchAcquirer(name: string, names: readonly string[]): AdminRefusal {
  const message = `No acquirer is called ${name}; these are connected: ${names.join(', ')}.`;
  return { code: 'not_found', message, path: ['input', 'acquirer'] };
}

function notHeld({ acquirer, operation }: BreakerCommand): AdminRefusal {
  const message = `Nobody holds the breaker of ${acquirer} for ${operation} open. One that opened by itself closes by its own probes.`;
  return { code: 'not_found', message, path: ['input', 'acquirer'] };
}
