import type { AttemptId } from '#domain';
import type { AcquirerAnswer, AcquirerRequest } from '../../apps/orchestrator/src/acquirers/acquirer.ts';
import type { Scheduler } from './scheduler.ts';

/** A hold, as the acquirer keeps it. */
export interface Hold {
  /** The payment. */
  readonly reference: string;
  heldMinor: bigint;
  capturedMinor: bigint;
  refundedMinor: bigint;
  isOver: boolean;
}

/** An authorization that waits for its customer. */
export interface Challenge {
  readonly key: AttemptId;
  /** The payment. */
  readonly reference: string;
  /** The authorization to be. */
  readonly authorization: string;
  readonly redirectUrl: string;
  readonly amountMinor: bigint;
  state: 'pending' | 'accepted' | 'refused' | 'called_off';
  decidedAt: Date | null;
}

/** What an acquirer holds, and what it says when it is asked to hold something or to change that. */
export class SimulatedHolds {
  /** By the authorization's reference. */
  readonly all = new Map<string, Hold>();
  /** By the authorization's reference. */
  readonly challenges = new Map<string, Challenge>();
  private readonly scheduler: Scheduler;

  constructor(scheduler: Scheduler) {
    this.scheduler = scheduler;
  }

  answerTo(request: AcquirerRequest): AcquirerAnswer {
    if (request.operation === 'authorize') return this.authorize(request);
    const authorization = request.authorization ?? '';
    const hold = this.all.get(authorization);
    if (hold !== undefined) return this.change(hold, request) ?? approvalOf(request, request.amount.minor);
    const challenge = this.challenges.get(authorization);
    if (challenge === undefined) return declined('request_refused', 'authorization_unknown');
    return this.withoutHold(challenge, request);
  }

  /** The first answer of the customer counts; undefined for what comes later. */
  decide(challenge: Challenge, state: 'accepted' | 'refused'): AcquirerAnswer | undefined {
    if (challenge.state !== 'pending') return undefined;
    challenge.state = state;
    challenge.decidedAt = this.scheduler.now();
    if (state === 'refused') return declined('authentication_failed', 'authentication_failed');
    this.hold(challenge.authorization, challenge.reference, challenge.amountMinor);
    return approval(challenge.authorization, challenge.amountMinor);
  }

  private authorize(request: AcquirerRequest): AcquirerAnswer {
    const { scheduler } = this;
    const { key, reference, amount } = request;
    if (scheduler.happens(0.15)) return this.decline();
    // Somebody at the acquirer mistyped.
    const heldMinor = scheduler.happens(0.02) ? amount.minor - 1n : amount.minor;
    const approved = approvalOf(request, heldMinor);
    if (scheduler.happens(0.15)) {
      const authorization = approved.reference;
      const redirectUrl = `https://acquirer.example/${key}`;
      const challenge = { key, reference, authorization, redirectUrl, amountMinor: heldMinor };
      this.challenges.set(authorization, { ...challenge, state: 'pending', decidedAt: null });
      return { type: 'action_required', reference: authorization, redirectUrl };
    }
    this.hold(approved.reference, reference, heldMinor);
    return approved;
  }

  private hold(authorization: string, reference: string, heldMinor: bigint): void {
    this.all.set(authorization, { reference, heldMinor, capturedMinor: 0n, refundedMinor: 0n, isOver: false });
  }

  /** There is nothing to do but to call a pending challenge off. */
  private withoutHold(challenge: Challenge, request: AcquirerRequest): AcquirerAnswer {
    switch (challenge.state) {
      case 'pending':
        if (request.operation !== 'void') return declined('request_refused', 'authorization_pending');
        challenge.state = 'called_off';
        challenge.decidedAt = this.scheduler.now();
        return approvalOf(request, request.amount.minor);
      case 'refused':
        return declined('authentication_failed', 'authentication_failed');
      case 'called_off':
      case 'accepted':
        return declined('authorization_voided', 'authorization_voided');
    }
  }

  /** Undefined when it was done. */
  private change(hold: Hold, { operation, amount, final }: AcquirerRequest): AcquirerAnswer | undefined {
    const { minor } = amount;
    const left = hold.heldMinor - hold.capturedMinor;
    switch (operation) {
      case 'capture':
        if (hold.isOver) return declined('authorization_voided', 'authorization_voided');
        if (minor > left) return declined('amount_not_allowed', 'amount_too_large');
        if (this.scheduler.happens(0.1)) return declined('do_not_honor', 'do_not_honor');
        hold.capturedMinor += minor;
        hold.isOver = final || minor === left;
        return undefined;
      case 'increase':
        if (hold.isOver) return declined('authorization_voided', 'authorization_voided');
        if (this.scheduler.happens(0.2)) return declined('do_not_honor', 'do_not_honor');
        hold.heldMinor += minor;
        return undefined;
      case 'void':
        if (hold.isOver) return declined('authorization_voided', 'authorization_voided');
        hold.isOver = true;
        return undefined;
      case 'refund':
        if (hold.refundedMinor + minor > hold.capturedMinor) return declined('amount_not_allowed', 'amount_too_large');
        if (this.scheduler.happens(0.1)) return declined('do_not_honor', 'do_not_honor');
        hold.refundedMinor += minor;
        return undefined;
      default:
        throw new Error(`An authorization is not changed by ${operation}.`);
    }
  }

  private decline(): AcquirerAnswer {
    return this.scheduler.happens(0.5)
      ? declined('insufficient_funds', 'insufficient_funds')
      : declined('processing_error', 'processing_error');
  }
}

type Approved = Extract<AcquirerAnswer, { type: 'approved' }>;
type Declined = Extract<AcquirerAnswer, { type: 'declined' }>;

function approvalOf({ operation, key }: AcquirerRequest, amountMinor: bigint): Approved {
  return approval(`${operation} ${key}`, amountMinor);
}

function approval(reference: string, amountMinor: bigint): Approved {
  return { type: 'approved', reference, amountMinor, expiresAt: null };
}

export function declined(code: Declined['code'], acquirerCode: string): Declined {
  return { type: 'declined', code, acquirerCode, message: 'no' };
}
