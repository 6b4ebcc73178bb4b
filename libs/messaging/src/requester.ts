import type { Broker } from './broker.ts';

/** Nobody answered in time: the service is away. The caller may ask again; the question itself changed nothing twice. */
export class ServiceUnavailable extends Error {
  override readonly name = 'ServiceUnavailable';
  readonly retryable = true;
}

/** Administration waits for a person, not for money; this is what a person bears. */
const answerTimeoutMs = 3_000;

/** Asks another service over core NATS. */
export class Requester {
  private readonly broker: Broker;

  constructor(broker: Broker) {
    this.broker = broker;
  }

  /** Errors: `ServiceUnavailable` when there is no answer; `Error` with the other side's message when it failed. */
  async request<Reply>(pattern: string, data: object): Promise<Reply> {
    const reply = await this.send(pattern, data);
    const answer = reply.json<{ ok: Reply } | { error: string }>();
    if ('error' in answer) throw new Error(answer.error);
    return answer.ok;
  }

  private async send(pattern: string, data: object): Promise<{ json<T>(): T }> {
    if (!(await this.broker.isReachable())) throw new ServiceUnavailable('The message broker is not reachable.');
    const connection = await this.broker.connected();
    return connection.request(pattern, JSON.stringify(data), { timeout: answerTimeoutMs }).catch((error: unknown) => {
      throw new ServiceUnavailable(`Nobody answered ${pattern} within ${answerTimeoutMs} ms.`, { cause: error });
    });
  }
}
