import type { AttemptId } from '#domain';
import type { SagaKey } from '#persistence';
import type { AcquirerRequest } from '../acquirers/acquirer.ts';

/** A call that a committed transaction has written down and that is now to be made. */
export interface AcquirerCall {
  readonly saga: SagaKey;
  readonly acquirer: string;
  readonly attemptId: AttemptId;
  readonly request: AcquirerRequest;
}

/**
 * Calls that wait for their turn beyond this hold back whoever would add more: one that waited for seconds would be asked
 * after as if it had been lost. At 5 ms a call and as many side by side as are made, it is a tenth of a second's work.
 */
const waitingMax = 512;

/** A service that is stopped has 10 s, and the calls under way may need five of them. */
const patienceAtStopMs = 3_000;

/**
 * Calls on their way from the transactions that intended them to whoever makes them. In memory only: a call lost with the
 * process is found by its saga's alarm clock.
 */
export class AcquirerCalls {
  private make: ((call: AcquirerCall) => Promise<void>) | undefined;
  private readonly atOnceMax: number;
  private waiting: AcquirerCall[] = [];
  private readonly inHand = new Set<AttemptId>();
  private readonly underWay = new Set<Promise<void>>();
  private roomMade: (() => void)[] = [];

  /** `atOnceMax`: how many are made side by side. */
  constructor(atOnceMax: number) {
    this.atOnceMax = atOnceMax;
  }

  /** Tells who makes the calls; it never throws. */
  madeBy(make: (call: AcquirerCall) => Promise<void>): void {
    this.make = make;
  }

  add(calls: readonly AcquirerCall[]): void {
    this.waiting.push(...calls);
    for (const { attemptId } of calls) this.inHand.add(attemptId);
    this.makeNext();
  }

  /** Whether this process is about to make the call, or listens for its answer. */
  has(attemptId: AttemptId): boolean {
    return this.inHand.has(attemptId);
  }

  /** Resolves when there is room for more calls. */
  async room(): Promise<void> {
    while (this.waiting.length > waitingMax) await new Promise<void>((resolve) => this.roomMade.push(resolve));
  }

  /**
   * Resolves when all calls have been made and heard of: each would have to be asked for otherwise. At an acquirer that
   * does not answer, those that still wait are left to their alarm clocks.
   */
  async stop(): Promise<void> {
    const patience = setTimeout(() => (this.waiting = []), patienceAtStopMs);
    while (this.underWay.size > 0) await Promise.all(this.underWay);
    clearTimeout(patience);
  }

  private makeNext(): void {
    while (this.underWay.size < this.atOnceMax) {
      const call = this.waiting.shift();
      if (call === undefined || this.make === undefined) break;
      const made = this.make(call).finally(() => {
        this.underWay.delete(made);
        this.inHand.delete(call.attemptId);
        this.makeNext();
      });
      this.underWay.add(made);
    }
    if (this.waiting.length <= waitingMax) this.tellRoom();
  }

  private tellRoom(): void {
    for (const resolve of this.roomMade.splice(0)) resolve();
  }
}
