import type { DataSource } from 'typeorm';
import type { EventEnvelope } from '#contracts';
import { acknowledgementOf, Broker, EventContext, JetStreamServer, type JetStreamServerOptions } from '#messaging';
import { createLogger } from '#observability';
import { sqlOf, UnitOfWork, type Transaction } from '#persistence';
import { DatabaseOncePerEvent, DeadLetters } from '#runtime';
import { RandomIds, SystemClock } from '#security';
import { connectedTo } from './connected.ts';

export type Handle = (event: EventEnvelope, tx: Transaction<object>) => Promise<void>;
export type HandleBatch = (
  events: readonly EventEnvelope[],
  tx: Transaction<object>,
  context: EventContext<Transaction<object>>,
) => Promise<void>;

export interface ConsumerOptions {
  readonly databaseUrl: string;
  readonly natsUrl: string;
  readonly poolSize?: number;
  readonly server?: Partial<JetStreamServerOptions>;
}

/** The name under which the consumers of these tests share their work. */
export const consumerName = 'orchestrator';

/** Production's policy in production's order, without its minutes. */
const impatient: typeof acknowledgementOf = (outcome, failures) => {
  const answer = acknowledgementOf(outcome, failures);
  return answer.type === 'retry_later' ? { ...answer, afterMs: 5 } : answer;
};

/** One process' worth of a service that listens, without its HTTP: the transport, its database and its broker. */
export class Consumer {
  readonly letters: DeadLetters;
  readonly broker: Broker;
  readonly dataSource: DataSource;
  private readonly server: JetStreamServer;

  private constructor(dataSource: DataSource, options: ConsumerOptions) {
    const clock = new SystemClock();
    const logger = createLogger({ service: 'test', level: 'silent' });
    this.dataSource = dataSource;
    this.broker = new Broker({ url: options.natsUrl, name: consumerName });
    this.letters = new DeadLetters(sqlOf(dataSource), new RandomIds(clock), clock);
    const once = new DatabaseOncePerEvent(new UnitOfWork(dataSource, () => ({})), this.letters, this.broker, logger);
    this.server = new JetStreamServer(this.broker, once, {
      consumer: consumerName,
      logger,
      acknowledge: impatient,
      ...options.server,
    });
  }

  static async open(options: ConsumerOptions): Promise<Consumer> {
    return new Consumer(await connectedTo(options.databaseUrl, { poolSize: options.poolSize ?? 12 }), options);
  }

  on(pattern: string, handle: Handle): this {
    const method = (event: EventEnvelope, context: EventContext<Transaction<object>>): Promise<unknown> =>
      handle(event, context.tx);
    this.server.addHandler(pattern, method as never, true);
    return this;
  }

  onBatch(pattern: string, batch: number, handle: HandleBatch): this {
    const method = (events: EventEnvelope[], context: EventContext<Transaction<object>>): Promise<unknown> =>
      handle(events, context.tx, context);
    this.server.addHandler(pattern, method as never, true, { batch });
    return this;
  }

  /** Errors: whatever the transport refuses to start with. */
  async listen(): Promise<this> {
    await new Promise<void>((resolve, reject) =>
      this.server.listen((error) => (error === undefined ? resolve() : reject(error))),
    );
    return this;
  }

  /** As SIGTERM does: finishes what it has taken. */
  async close(): Promise<void> {
    await this.server.close();
    await this.broker.close();
    await this.dataSource.destroy();
  }

  /** As kill −9 does: nothing that is under way is answered any more. */
  async die(): Promise<void> {
    await (await this.broker.connected()).close();
    void this.server.close();
  }
}
