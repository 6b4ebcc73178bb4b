import type { AttemptId, AttemptOperation } from '#domain';
import type {
  Acquirer,
  AcquirerAnswer,
  AcquirerCallback,
  AcquirerRequest,
  FindAnswer,
} from '../../apps/orchestrator/src/acquirers/acquirer.ts';
import { SimulatedProcess, type Scheduler } from './scheduler.ts';
import { SimulatedDisputes } from './simulated-disputes.ts';
import { declined, SimulatedHolds } from './simulated-holds.ts';

/** What the acquirer did, once under each key. */
export interface Deed {
  readonly key: AttemptId;
  readonly operation: AttemptOperation;
  /** The payment. */
  readonly reference: string;
  readonly amountMinor: bigint;
  readonly answer: AcquirerAnswer;
  /** `find` does not know of it before. */
  readonly visibleAt: Date;
}

/** What a person sees who looks at the acquirer's own console. */
export interface ConsoleEntry {
  readonly answer: AcquirerAnswer | undefined;
  /** Something may yet be done under this key. */
  readonly isUnderWay: boolean;
  /** Whatever was approved is told by a callback, however late. */
  readonly isToldInTheEnd: boolean;
}

/** The latest that a deed becomes visible to `find`, by what acquirers document. */
const visibleWithinMs = 10_000;
/** Later than this it can be asked, unless it is silent about that very attempt. */
const questionsLostWithinMs = 60_000;
/** Requests that the network kept for so long arrive all the same. */
const delaysMs = [1_000, 5_000, 30_000, 300_000] as const;
/** The last two are longer than the schedule of questions goes on: then a person is called. */
const silencesMs = [900_000, 7_200_000, 86_400_000] as const;
/** Before that person is called, about then, and when nobody thinks of it any more. */
const lateCallbacksMs = [0, 600_000, 4_300_000, 90_000_000] as const;

/** An acquirer that keeps its word to the letter and is otherwise as unkind as the seed wants it. */
export class SimulatedAcquirer implements Acquirer {
  readonly deeds = new Map<AttemptId, Deed>();
  readonly holds: SimulatedHolds;
  readonly disputes: SimulatedDisputes;
  private readonly firstAsked = new Map<AttemptId, Date>();
  private readonly silentUntil = new Map<AttemptId, Date>();
  private readonly underWay = new Map<AttemptId, number>();
  private readonly itself = new SimulatedProcess();

  /** `tell` hands a callback to one of our processes, whenever that may be. */
  constructor(
    readonly name: string,
    private readonly scheduler: Scheduler,
    private readonly tell: (callback: AcquirerCallback) => void,
  ) {
    this.holds = new SimulatedHolds(scheduler);
    this.disputes = new SimulatedDisputes(scheduler, this.itself, tell);
  }

  async send(request: AcquirerRequest): Promise<AcquirerAnswer> {
    const { scheduler, itself } = this;
    if (scheduler.happens(0.05)) return { type: 'not_sent', reason: 'nobody listened' };
    const fate = this.drawFate();
    if (fate !== 'answered' && scheduler.happens(0.3)) this.fallSilentAbout(request.key);
    if (fate === 'lost') {
      if (scheduler.happens(0.5)) void this.arriveAfter(request, scheduler.pick(delaysMs));
      await scheduler.sleep(itself, 5_000);
      return { type: 'unknown', reason: 'no answer in time' };
    }
    await this.arriveAfter(request, null);
    if (fate === 'unanswered') {
      await scheduler.sleep(itself, 5_000);
      return { type: 'unknown', reason: 'the answer was lost' };
    }
    // What it says by now: a customer may have acted since.
    await scheduler.turn(itself);
    return this.deeds.get(request.key)?.answer ?? { type: 'unknown', reason: 'no answer' };
  }

  async find(key: AttemptId): Promise<FindAnswer> {
    await this.scheduler.turn(this.itself);
    const now = this.scheduler.now();
    const sinceMs = now.getTime() - this.askedFirstAt(key).getTime();
    const isSilent = (this.silentUntil.get(key) ?? now) > now;
    if (isSilent || (sinceMs < questionsLostWithinMs && this.scheduler.happens(0.1))) {
      return { type: 'unknown', reason: 'the question was lost' };
    }
    const deed = this.deeds.get(key);
    return deed === undefined || deed.visibleAt > now ? { type: 'nothing_found' } : deed.answer;
  }

  /** A person looks; there nothing is hidden. */
  console(key: AttemptId): ConsoleEntry {
    const answer = this.deeds.get(key)?.answer;
    return { answer, isUnderWay: this.underWay.has(key), isToldInTheEnd: this.silentUntil.has(key) };
  }

  /** The customer acts where we sent them, if that is here. */
  visit(redirectUrl: string, state: 'accepted' | 'refused'): void {
    const challenge = [...this.holds.challenges.values()].find((one) => one.redirectUrl === redirectUrl);
    if (challenge === undefined) return;
    const answer = this.holds.decide(challenge, state);
    if (answer !== undefined) this.enter(challenge.key, answer);
  }

  submitEvidence(): never {
    throw new Error('Nobody hands in evidence here.');
  }

  readCallback(): never {
    throw new Error('Callbacks do not come over HTTP here.');
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private drawFate(): 'answered' | 'lost' | 'unanswered' {
    if (this.scheduler.happens(0.1)) return 'lost';
    return this.scheduler.happens(0.1) ? 'unanswered' : 'answered';
  }

  private fallSilentAbout(key: AttemptId): void {
    const { scheduler } = this;
    if (this.silentUntil.has(key) || this.deeds.has(key)) return;
    this.silentUntil.set(key, new Date(scheduler.now().getTime() + scheduler.pick(silencesMs)));
  }

  private askedFirstAt(key: AttemptId): Date {
    const at = this.firstAsked.get(key) ?? this.scheduler.now();
    this.firstAsked.set(key, at);
    return at;
  }

  private async arriveAfter(request: AcquirerRequest, delayMs: number | null): Promise<void> {
    const { scheduler, itself, underWay } = this;
    underWay.set(request.key, (underWay.get(request.key) ?? 0) + 1);
    await (delayMs === null ? scheduler.turn(itself) : scheduler.sleep(itself, delayMs));
    const others = (underWay.get(request.key) ?? 1) - 1;
    if (others > 0) underWay.set(request.key, others);
    else underWay.delete(request.key);
    this.do(request);
  }

  private do(request: AcquirerRequest): void {
    const { scheduler } = this;
    const { key, operation, reference, authorization } = request;
    if (this.deeds.has(key)) return;
    const visibleAt = new Date(scheduler.now().getTime() + (scheduler.happens(0.3) ? visibleWithinMs : 0));
    const answer = this.holds.answerTo(request);
    this.deeds.set(key, { key, operation, reference, amountMinor: request.amount.minor, answer, visibleAt });
    this.enter(key, answer);
    if (answer.type !== 'approved' || authorization === null) return;
    const called = operation === 'void' ? this.holds.challenges.get(authorization) : undefined;
    if (called?.state === 'called_off') this.enter(called.key, declined('authentication_expired', 'called_off'));
    const hold = this.holds.all.get(authorization);
    if (operation === 'capture' && hold !== undefined) void this.disputes.maybeLead(authorization, hold);
  }

  /** Writes down what became of an operation, and maybe tells of it. */
  private enter(key: AttemptId, answer: AcquirerAnswer): void {
    const deed = this.deeds.get(key);
    if (deed === undefined) return;
    this.deeds.set(key, { ...deed, answer });
    // The customer is with it: it can tell that, and will tell what comes of it.
    if (answer.type === 'action_required' && this.silentUntil.has(key)) this.silentUntil.set(key, this.scheduler.now());
    if (this.silentUntil.has(key)) void this.tellLate(key, answer);
    else if (this.scheduler.happens(0.3)) this.tellNow(key, answer);
  }

  private async tellLate(key: AttemptId, answer: AcquirerAnswer): Promise<void> {
    await this.scheduler.sleep(this.itself, this.scheduler.pick(lateCallbacksMs));
    this.tellNow(key, answer);
  }

  private tellNow(key: AttemptId, answer: AcquirerAnswer): void {
    this.tell({ id: `${answer.type} ${key}`, notice: { type: 'answered', key, answer } });
  }
}
