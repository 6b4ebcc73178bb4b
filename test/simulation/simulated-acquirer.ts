import type { AttemptId, AttemptOperation } from '#domain';
import type {
  Acquirer,
  AcquirerAnswer,
  AcquirerRequest,
  FindAnswer,
} from '../../apps/orchestrator/src/acquirers/acquirer.ts';
import { SimulatedProcess, type Scheduler } from './scheduler.ts';

/** What the acquirer did, once under each key. */
export interface Deed {
  readonly key: AttemptId;
  readonly operation: AttemptOperation;
  readonly reference: string;
  readonly amountMinor: bigint;
  readonly answer: AcquirerAnswer;
  /** `find` does not know of it before. */
  readonly visibleAt: Date;
}

/** A hold, as the acquirer keeps it. */
export interface Hold {
  readonly reference: string;
  heldMinor: bigint;
  capturedMinor: bigint;
  refundedMinor: bigint;
  isOver: boolean;
}

/** The latest that a deed becomes visible to `find`, by what acquirers document. */
const visibleWithinMs = 10_000;
/** Later than this it can be asked: whatever could not be asked for over an hour is a person's, and no simulation's. */
const questionsLostWithinMs = 60_000;
/** Requests that the network kept for so long arrive all the same. */
const delaysMs = [1_000, 5_000, 30_000, 300_000] as const;

/** An acquirer that keeps its word to the letter and is otherwise as unkind as the seed wants it. */
export class SimulatedAcquirer implements Acquirer {
  readonly deeds = new Map<AttemptId, Deed>();
  readonly holds = new Map<string, Hold>();
  private readonly firstAsked = new Map<AttemptId, Date>();
  private readonly itself: SimulatedProcess;

  /** `tell` hands a callback to one of our processes, whenever that may be. */
  constructor(
    readonly name: string,
    private readonly scheduler: Scheduler,
    private readonly tell: (deed: Deed) => void,
  ) {
    this.itself = new SimulatedProcess();
  }

  async send(request: AcquirerRequest): Promise<AcquirerAnswer> {
    const { scheduler, itself } = this;
    if (scheduler.happens(0.05)) return { type: 'not_sent', reason: 'nobody listened' };
    if (scheduler.happens(0.1)) {
      if (scheduler.happens(0.5)) void this.arriveLate(request);
      await scheduler.sleep(itself, 5_000);
      return { type: 'unknown', reason: 'no answer in time' };
    }
    await scheduler.turn(itself);
    const { answer } = this.do(request);
    if (scheduler.happens(0.1)) {
      await scheduler.sleep(itself, 5_000);
      return { type: 'unknown', reason: 'the answer was lost' };
    }
    await scheduler.turn(itself);
    return answer;
  }

  async find(key: AttemptId): Promise<FindAnswer> {
    await this.scheduler.turn(this.itself);
    const sinceMs = this.scheduler.now().getTime() - this.askedFirstAt(key).getTime();
    if (sinceMs < questionsLostWithinMs && this.scheduler.happens(0.1)) {
      return { type: 'unknown', reason: 'the question was lost' };
    }
    const deed = this.deeds.get(key);
    return deed === undefined || deed.visibleAt > this.scheduler.now() ? { type: 'nothing_found' } : deed.answer;
  }

  private askedFirstAt(key: AttemptId): Date {
    const at = this.firstAsked.get(key) ?? this.scheduler.now();
    this.firstAsked.set(key, at);
    return at;
  }

  submitEvidence(): never {
    throw new Error('Nobody disputes anything here.');
  }

  readCallback(): never {
    throw new Error('Callbacks do not come over HTTP here.');
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private async arriveLate(request: AcquirerRequest): Promise<void> {
    await this.scheduler.sleep(this.itself, this.scheduler.pick(delaysMs));
    this.do(request);
  }

  private do(request: AcquirerRequest): Deed {
    const { scheduler } = this;
    const known = this.deeds.get(request.key);
    if (known !== undefined) return known;
    const { key, operation, reference } = request;
    const amountMinor = request.amount.minor;
    const visibleAt = new Date(scheduler.now().getTime() + (scheduler.happens(0.3) ? visibleWithinMs : 0));
    const deed = { key, operation, reference, amountMinor, answer: this.answerTo(request), visibleAt };
    this.deeds.set(key, deed);
    if (scheduler.happens(0.3)) this.tell(deed);
    return deed;
  }

  private answerTo(request: AcquirerRequest): AcquirerAnswer {
    const approved: AcquirerAnswer = {
      type: 'approved',
      reference: `${request.operation} ${request.key}`,
      amountMinor: request.amount.minor,
      expiresAt: null,
    };
    if (request.operation === 'authorize') return this.authorize(request, approved);
    const hold = this.holds.get(request.authorization ?? '');
    if (hold === undefined) return declined('request_refused', 'authorization_unknown');
    return this.change(hold, request) ?? approved;
  }

  private authorize({ reference, amount }: AcquirerRequest, approved: AcquirerAnswer): AcquirerAnswer {
    if (approved.type !== 'approved' || this.scheduler.happens(0.15)) return this.decline();
    const hold = { reference, heldMinor: amount.minor, capturedMinor: 0n, refundedMinor: 0n, isOver: false };
    this.holds.set(approved.reference, hold);
    return approved;
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

type Declined = Extract<AcquirerAnswer, { type: 'declined' }>;

function declined(code: Declined['code'], acquirerCode: string): AcquirerAnswer {
  return { type: 'declined', code, acquirerCode, message: 'no' };
}
