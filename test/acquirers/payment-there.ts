import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type {
  Acquirer,
  AcquirerAnswer,
  AcquirerRequest,
  FindAnswer,
} from '../../apps/orchestrator/src/acquirers/acquirer.ts';
import { money, type AttemptId, type AttemptOperation } from '#domain';
import type { Running } from './connectors/connector.ts';

/** Far beyond what an answer takes on two busy cores. */
export const ampleMs = 20_000;

/** A payment at the acquirer under test; each operation has a key of its own unless a test names one. */
export class PaymentThere {
  readonly reference = randomUUID();
  authorization: string | null = null;

  constructor(
    readonly running: Running,
    readonly cardToken = 'tok_visa',
  ) {}

  request(operation: AttemptOperation, minor: bigint, change: Partial<AcquirerRequest> = {}): AcquirerRequest {
    return {
      key: this.running.ids.next('att'),
      operation,
      amount: money(minor, 'EUR'),
      cardToken: this.cardToken,
      reference: this.reference,
      authorization: operation === 'authorize' ? null : this.authorization,
      final: true,
      returnUrl: null,
      ...change,
    };
  }

  send(operation: AttemptOperation, minor: bigint, change: Partial<AcquirerRequest> = {}): Promise<AcquirerAnswer> {
    return send(this.running.acquirer, this.request(operation, minor, change));
  }

  async authorized(minor: bigint): Promise<this> {
    const answer = await this.send('authorize', minor);
    if (answer.type !== 'approved') throw new Error(`the authorization was ${JSON.stringify(answer)}`);
    this.authorization = answer.reference;
    return this;
  }

  async captured(minor: bigint): Promise<this> {
    await this.authorized(minor);
    expect(await this.send('capture', minor)).toMatchObject({ type: 'approved' });
    return this;
  }
}

export function send(acquirer: Acquirer, request: AcquirerRequest, ms = ampleMs): Promise<AcquirerAnswer> {
  return acquirer.send(request, AbortSignal.timeout(ms));
}

export function find(acquirer: Acquirer, key: AttemptId): Promise<FindAnswer> {
  return acquirer.find(key, AbortSignal.timeout(ampleMs));
}
