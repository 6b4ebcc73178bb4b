import { jetstream, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';

export interface BrokerOptions {
  readonly url: string;
  /** Shown in the broker's connection list. */
  readonly name: string;
}

/**
 * A frozen server is noticed after two unanswered pings, in about three seconds; with the client's defaults it takes
 * more than half a minute.
 */
const liveness = { pingInterval: 1_000, maxPingOut: 2, timeout: 1_000 };
const reconnectPauseMs = 250;

/**
 * The connection to NATS, which may come and go at any time: services start, accept payments and answer without it, and
 * what needs it waits for `connected()`.
 */
export class Broker {
  private readonly options: BrokerOptions;
  private connecting: Promise<NatsConnection> | undefined;
  private established: NatsConnection | undefined;

  constructor(options: BrokerOptions) {
    this.options = options;
  }

  /** The connection as soon as there is one; tries for ever. */
  connected(): Promise<NatsConnection> {
    this.connecting ??= connect({
      servers: this.options.url,
      name: this.options.name,
      ...liveness,
      reconnectTimeWait: reconnectPauseMs,
      maxReconnectAttempts: -1,
      waitOnFirstConnect: true,
    }).then((connection) => (this.established = connection));
    return this.connecting;
  }

  async manager(): Promise<JetStreamManager> {
    return jetstreamManager(await this.connected());
  }

  /** Whether the server answers right now. */
  async isReachable(): Promise<boolean> {
    if (this.established === undefined || this.established.isClosed()) return false;
    const answer = this.established.rtt().then(
      () => true,
      () => false,
    );
    const deadline = new Promise<boolean>((resolve) => setTimeout(resolve, liveness.timeout, false).unref());
    return Promise.race([answer, deadline]);
  }

  /** Puts one message on a stream and waits for the acknowledgement. The relay has a way of its own. */
  async publish(subject: string, payload: string, messageId: string): Promise<void> {
    await jetstream(await this.connected()).publish(subject, payload, { msgID: messageId });
  }

  /** Sends a hint if there is a connection; hints may be lost, and a poll behind each makes up for it. */
  hint(subject: string, payload?: string): void {
    if (this.established !== undefined && !this.established.isClosed()) this.established.publish(subject, payload);
  }

  /** Calls `heard` for each hint on the subject, now and after every reconnect. */
  async onHint(subject: string, heard: (payload: string) => void): Promise<void> {
    const connection = await this.connected();
    connection.subscribe(subject, {
      callback: (error, message) => {
        if (error === null) heard(message.string());
      },
    });
  }

  /** Calls `reconnected` whenever the connection has come back, perhaps to a server that has forgotten everything. */
  async onReconnect(reconnected: () => void): Promise<void> {
    const connection = await this.connected();
    for await (const status of connection.status()) if (status.type === 'reconnect') reconnected();
  }

  /** Ends the connection after what was published has been flushed. Never waits longer than a server would take to answer. */
  async close(): Promise<void> {
    if (this.established === undefined) return;
    const drained = this.established.drain().catch(() => undefined);
    const deadline = new Promise<void>((resolve) => setTimeout(resolve, liveness.timeout).unref());
    await Promise.race([drained, deadline]);
  }
}
