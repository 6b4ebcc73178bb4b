import type { AttemptId, AttemptOperation } from '#domain';
import type { SagaKey } from '#persistence';
import type { AcquirerRequest } from '../acquirers/acquirer.ts';
import { CallLine } from './call-line.ts';

/** A call that a committed transaction has written down and that is now to be made. */
export interface AcquirerCall {
  readonly saga: SagaKey;
  readonly acquirer: string;
  readonly attemptId: AttemptId;
  readonly request: AcquirerRequest;
}

/** Neither rejects: whatever goes wrong is found by the saga's alarm clock. */
export interface CallMaker {
  make(call: AcquirerCall): Promise<void>;
  /** Tells the saga that the call was not sent. */
  refuse(call: AcquirerCall, reason: string): Promise<void>;
}

/**
 * Calls that wait for their turn beyond this hold back whoever would add more: one that waited for seconds would be asked
 * after as if it had been lost. At 5 ms a call and as many side by side as are made, it is a tenth of a second's work.
 */
const waitingMax = 512;

/**
 * A line in which nothing has ended for so long holds nobody back: its acquirer hangs, and those who wait for room have
 * calls for the others, too.
 */
const hangsAfterMs = 250;

/** Beyond this a call is told at once that it was not sent; two seconds of a thousand calls each at an acquirer that hangs. */
const lineMax = 2_048;

/** A service that is stopped has 10 s, and the calls under way may need five of them. */
const patienceAtStopMs = 3_000;

/**
 * Calls on their way from the transactions that intended them to whoever makes them, in a line for each operation of each
 * acquirer, so that none waits for another's. In memory only: a call lost with the process is found by its saga's alarm
 * clock.
 */
export class AcquirerCalls {
  private maker: CallMaker | undefined;
  private readonly atOnceMax: number;
  private readonly lines = new Map<string, CallLine<AcquirerCall>>();
  private readonly inHand = new Set<AttemptId>();
  private readonly refusing = new Set<Promise<void>>();
  private roomMade: (() => void)[] = [];

  /** `atOnceMax`: how many of one line are made side by side. */
  constructor(atOnceMax: number) {
    this.atOnceMax = atOnceMax;
  }

  madeBy(maker: CallMaker): void {
    this.maker = maker;
  }

  add(calls: readonly AcquirerCall[]): void {
    for (const call of calls) {
      this.inHand.add(call.attemptId);
      const line = this.lineOf(call.acquirer, call.request.operation);
      if (line.waiting < lineMax) line.add(call);
      else this.refuse([call], `${line.waiting} calls wait in line at ${call.acquirer}`);
    }
  }

  /** Whether this process is about to make the call, or listens for its answer. */
  has(attemptId: AttemptId): boolean {
    return this.inHand.has(attemptId);
  }

  /** Those that wait in a line are told that they were not sent. Those under way are heard. */
  giveUp(acquirer: string, operation: string, reason: string): void {
    this.refuse(this.lines.get(nameOf(acquirer, operation))?.leave() ?? [], reason);
    this.tellRoom();
  }

  /** Resolves when there is room for more calls, except at acquirers that hang. */
  async room(): Promise<void> {
    while (this.isCrowded()) {
      await new Promise<void>((resolve) => {
        const lookAgain = setTimeout(resolve, hangsAfterMs);
        this.roomMade.push(() => {
          clearTimeout(lookAgain);
          resolve();
        });
      });
    }
  }

  /**
   * Resolves when all calls have been made and heard of: each would have to be asked for otherwise. At an acquirer that
   * does not answer, those that still wait are left to their alarm clocks.
   */
  async stop(): Promise<void> {
    const patience = setTimeout(() => this.eachLine((line) => line.leave()), patienceAtStopMs);
    // An authorization that is approved meanwhile leads to a capture in another line.
    while (this.refusing.size > 0 || this.eachLine((line) => line.isBusy).includes(true)) {
      await Promise.all([...this.eachLine((line) => line.empty()), ...this.refusing]);
    }
    clearTimeout(patience);
  }

  private isCrowded(): boolean {
    return this.eachLine((line) => line.waiting > waitingMax && line.stillForMs() < hangsAfterMs).includes(true);
  }

  private eachLine<Result>(of: (line: CallLine<AcquirerCall>) => Result): Result[] {
    return [...this.lines.values()].map(of);
  }

  private lineOf(acquirer: string, operation: AttemptOperation): CallLine<AcquirerCall> {
    const name = nameOf(acquirer, operation);
    const line = this.lines.get(name) ?? new CallLine((call: AcquirerCall) => this.make(call), this.atOnceMax);
    this.lines.set(name, line);
    return line;
  }

  private async make(call: AcquirerCall): Promise<void> {
    await this.maker?.make(call);
    this.inHand.delete(call.attemptId);
    this.tellRoom();
  }

  private refuse(calls: readonly AcquirerCall[], reason: string): void {
    for (const call of calls) {
      const told = Promise.resolve(this.maker?.refuse(call, reason)).finally(() => {
        this.refusing.delete(told);
        this.inHand.delete(call.attemptId);
      });
      this.refusing.add(told);
    }
  }

  private tellRoom(): void {
    if (this.roomMade.length === 0 || this.isCrowded()) return;
    for (const resolve of this.roomMade.splice(0)) resolve();
  }
}

function nameOf(acquirer: string, operation: string): string {
  return `${acquirer} ${operation}`;
}
