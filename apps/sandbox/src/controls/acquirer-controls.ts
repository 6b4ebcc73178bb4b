import { Injectable } from '@nestjs/common';
import { Chance } from '../chance.ts';
import { Temperament } from '../operations/acquirer-terms.ts';
import type { AcquirerName, EvidenceRequest, OperationRequest } from '../operations/operation.ts';

/** What a test may do to an acquirer. Held in memory: a restart is an acquirer in good health. */
export interface Controls {
  /** Every call is answered with the 503 that promises that nothing was done. */
  readonly down: boolean;
  /** Every answer comes this much later; the thing itself is done at once. */
  readonly latencyMs: number;
  /** Share of operations answered with a 500 that says nothing, half of them after doing the thing. */
  readonly errorRate: number;
  /** Share of authorizations declined whatever the card. */
  readonly declineRate: number;
  /** Every call is accepted and never answered; nothing is done. */
  readonly hang: boolean;
}

/** What the controls and the acquirer's own temperament make of one operation; the last three are declines. */
export type Interference =
  | 'none'
  | 'hang'
  | 'error_before'
  | 'error_after'
  | 'card_not_supported'
  | 'amount_not_allowed'
  | 'generic_decline';

/** Half of the errors come after the thing was done: the caller cannot know which. */
const errorAfterShare = 0.5;

@Injectable()
export class AcquirerControls {
  private readonly inForce = new Map<AcquirerName, Controls>();

  constructor(
    private readonly chance: Chance,
    private readonly temperament: Temperament,
  ) {}

  of(acquirer: AcquirerName): Controls {
    return this.inForce.get(acquirer) ?? this.goodHealthOf(acquirer);
  }

  /** What is not named stays as it is. */
  change(acquirer: AcquirerName, change: Partial<Controls>): Controls {
    const changed = { ...this.of(acquirer), ...change };
    this.inForce.set(acquirer, changed);
    return changed;
  }

  reset(acquirer: AcquirerName): Controls {
    this.inForce.delete(acquirer);
    return this.goodHealthOf(acquirer);
  }

  /** The dice are thrown by seed, acquirer and key, so that the same call meets the same fate at the same rates. */
  interferenceWith(request: OperationRequest | EvidenceRequest): Interference {
    const { acquirer, key } = request;
    const { hang, errorRate, declineRate } = this.of(acquirer);
    if (hang) return 'hang';
    const refused = request.operation === 'authorize' ? this.temperament.refuses(request) : null;
    if (refused !== null) return refused;
    if (this.chance.fraction('error', acquirer, key) < errorRate) {
      return this.chance.fraction('error_after', acquirer, key) < errorAfterShare ? 'error_after' : 'error_before';
    }
    const declines = request.operation === 'authorize' && this.chance.fraction('decline', acquirer, key) < declineRate;
    return declines ? 'generic_decline' : 'none';
  }

  private goodHealthOf(acquirer: AcquirerName): Controls {
    const { latencyMs } = this.temperament.termsOf(acquirer);
    return { down: false, latencyMs, errorRate: 0, declineRate: 0, hang: false };
  }
}
