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
 * Calls on their way from the transactions that intended them to whoever makes them. In memory only: a call lost with the
 * process is found by its saga's alarm clock.
 */
export class AcquirerCalls {
  private make: ((call: AcquirerCall) => void) | undefined;

  /** Tells who makes the calls. */
  madeBy(make: (call: AcquirerCall) => void): void {
    this.make = make;
  }

  add(call: AcquirerCall): void {
    this.make?.(call);
  }
}
