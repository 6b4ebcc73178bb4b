import { setTimeout as pause } from 'node:timers/promises';
import { decorrelatedJitterGenerator, ExponentialBackoff } from 'cockatiel';
import { guardedOperations, type GuardedOperation } from '#contracts';
import { invariant, type AttemptId, type DisputeId } from '#domain';
import type {
  Acquirer,
  AcquirerAnswer,
  AcquirerCallback,
  AcquirerRequest,
  EvidenceAnswer,
  FindAnswer,
} from './acquirer.ts';
import type { Availability } from './acquirer-health.ts';
import type { Breaker, BreakerChange, BreakerView } from './breaker.ts';
import type { GuardLimits } from './guard-limits.ts';
import { OperationGuard, type NotCalled } from './operation-guard.ts';
import { RetryBudget } from './retry-budget.ts';

/** A breaker of an acquirer changed. */
export interface AcquirerBreakerChange extends BreakerChange {
  readonly acquirer: string;
  readonly operation: GuardedOperation;
}

/** Who is told what happens at the guards of acquirers. */
export interface AcquirerGuardListener {
  connected(acquirer: string, operations: readonly GuardedOperation[]): void;
  breakerChanged(change: AcquirerBreakerChange): void;
  underWay(acquirer: string, operation: GuardedOperation, count: number): void;
  budgetLeft(acquirer: string, retries: number): void;
}

export interface OperationView extends BreakerView {
  readonly operation: GuardedOperation;
}

/**
 * A connector with a breaker and a bulkhead for each operation, and a few quick further tries for all of them together. It
 * keeps the promise of every connector: what it refuses was `not_sent`, and whatever may have been sent is never tried
 * again here.
 */
export class GuardedAcquirer implements Acquirer {
  readonly name: string;
  private readonly connector: Acquirer;
  private readonly limits: GuardLimits;
  private readonly listener: AcquirerGuardListener;
  private readonly guards: ReadonlyMap<GuardedOperation, OperationGuard>;
  private readonly budget = new RetryBudget();

  constructor(connector: Acquirer, limits: GuardLimits, listener: AcquirerGuardListener) {
    const { name: acquirer } = connector;
    this.name = acquirer;
    this.connector = connector;
    this.limits = limits;
    this.listener = listener;
    this.guards = new Map(
      guardedOperations.map((operation) => {
        const guard = new OperationGuard(limits, {
          breakerChanged: (change) => listener.breakerChanged({ ...change, acquirer, operation }),
          underWay: (count) => listener.underWay(acquirer, operation, count),
        });
        return [operation, guard];
      }),
    );
    listener.connected(acquirer, guardedOperations);
  }

  async send(request: AcquirerRequest, signal: AbortSignal): Promise<AcquirerAnswer> {
    this.budget.countCall();
    const first = await this.sendOnce(request, signal);
    const answer = first.type === 'not_sent' ? await this.tryAgain(first, request, signal) : first;
    this.listener.budgetLeft(this.name, this.budget.left());
    return answer.type === 'not_called' ? { type: 'not_sent', reason: this.because(answer) } : answer;
  }

  /** A question that was refused tells nothing about the operation that it asks for. */
  async find(key: AttemptId, signal: AbortSignal): Promise<FindAnswer> {
    const answer = await this.guardOf('find').run(() => this.connector.find(key, signal), signal);
    return answer.type === 'not_called' ? { type: 'unknown', reason: this.because(answer) } : answer;
  }

  async submitEvidence(key: DisputeId, dispute: string, text: string, signal: AbortSignal): Promise<EvidenceAnswer> {
    const submit = (): Promise<EvidenceAnswer> => this.connector.submitEvidence(key, dispute, text, signal);
    const answer = await this.guardOf('evidence').run(submit, signal);
    return answer.type === 'not_called' ? { type: 'not_sent', reason: this.because(answer) } : answer;
  }

  readCallback(body: Buffer, headers: Readonly<Record<string, string | undefined>>): AcquirerCallback | undefined {
    return this.connector.readCallback(body, headers);
  }

  async close(): Promise<void> {
    await this.connector.close();
  }

  availabilityOf(operation: GuardedOperation): Availability {
    const reason = this.breakerOf(operation).refusal();
    return reason === undefined ? { usable: true } : { usable: false, reason };
  }

  breakerOf(operation: GuardedOperation): Breaker {
    return this.guardOf(operation).breaker;
  }

  operations(): readonly OperationView[] {
    return guardedOperations.map((operation) => ({ operation, ...this.breakerOf(operation).view() }));
  }

  private sendOnce(request: AcquirerRequest, signal: AbortSignal): Promise<AcquirerAnswer | NotCalled> {
    return this.guardOf(request.operation).run(() => this.connector.send(request, signal), signal);
  }

  /** Within the time of the call and the budget of the acquirer. The saga has pauses of its own for what remains. */
  private async tryAgain(
    notSent: AcquirerAnswer,
    request: AcquirerRequest,
    signal: AbortSignal,
  ): Promise<AcquirerAnswer | NotCalled> {
    const { initial: initialDelay, max: maxDelay } = this.limits.quickRetryPauseMs;
    let answer: AcquirerAnswer | NotCalled = notSent;
    let backoff = new ExponentialBackoff({ generator: decorrelatedJitterGenerator, initialDelay, maxDelay }).next();
    for (let retry = 0; retry < this.limits.quickRetriesMax; retry += 1) {
      if (answer.type !== 'not_sent' || !this.budget.take()) break;
      if (!(await passes(backoff.duration, signal))) break;
      answer = await this.sendOnce(request, signal);
      backoff = backoff.next(undefined);
    }
    return answer;
  }

  private guardOf(operation: GuardedOperation): OperationGuard {
    const guard = this.guards.get(operation);
    invariant(guard !== undefined, `${operation} has a guard`);
    return guard;
  }

  private because({ reason }: NotCalled): string {
    return `${this.name} was not called: ${reason}`;
  }
}

/** False when the signal aborts first. */
async function passes(ms: number, signal: AbortSignal): Promise<boolean> {
  return pause(ms, true, { signal }).catch(() => false);
}
