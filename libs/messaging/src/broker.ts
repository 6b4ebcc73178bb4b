import { jetstream, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { abortOf, pause } from './pause.ts';
import { streamBytesMaxDefault } from './topology.ts';

export interface BrokerOptions {
  readonly url: string;
  /** Shown in the broker's connection list. */
  readonly name: string;
  /** How large each of the services' streams may get. */
  readonly streamBytesMax?: number;
}

/**
 * A frozen server is noticed after two unanswered pings, in about three seconds; with the client's defaults it takes
 * more than half a minute.
 */
const liveness = { pingInterval: 1_000, maxPingOut: 2, timeout: 1_000 };
const reconnectPauseMs = 250;
/** Streams and consumers are looked up in milliseconds; a server that takes longer is not there. */
const administrationTimeoutMs = 2_000;

/**
 * The connection to NATS, which may come and go at any time: services start, accept payments and answer without it, and
 * what needs it waits for `connected()`.
 */
export class Broker {
  /** For whoever makes a stream that is missing. */
  readonly streamBytesMax: number;
  private readonly options: BrokerOptions;
  private readonly closing = new AbortController();
  private readonly reconnectListeners = new Set<() => void>();
  private dialling: Promise<void> | undefined;
  private connection: NatsConnection | undefined;
  /** Resolves with the connection while it is up; a new one is made whenever it goes down. */
  private up = Promise.withResolvers<NatsConnection>();
  private isUp = false;

  constructor(options: BrokerOptions) {
    this.options = options;
    this.streamBytesMax = options.streamBytesMax ?? streamBytesMaxDefault;
  }

  /** The connection as soon as it is up, however long that takes. Rejects only with the reason of the signal. */
  async connected(signal?: AbortSignal): Promise<NatsConnection> {
    this.dialling ??= this.dial();
    if (this.isUp || signal === undefined) return this.up.promise;
    return Promise.race([this.up.promise, abortOf(signal)]);
  }

  async manager(signal?: AbortSignal): Promise<JetStreamManager> {
    return jetstreamManager(await this.connected(signal), { checkAPI: false, timeout: administrationTimeoutMs });
  }

  /** Whether the server answers right now. */
  async isReachable(): Promise<boolean> {
    if (!this.isUp || this.connection === undefined) return false;
    const answer = this.connection.rtt().then(
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
    if (this.isUp) this.connection?.publish(subject, payload);
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

  /**
   * Calls `reconnected` whenever the connection has come back, perhaps to a server that has forgotten everything.
   * Gives what ends that.
   */
  onReconnect(reconnected: () => void): () => void {
    this.reconnectListeners.add(reconnected);
    return () => void this.reconnectListeners.delete(reconnected);
  }

  /** Ends the connection after what was published has been flushed. Never waits longer than a server would take to answer. */
  async close(): Promise<void> {
    this.closing.abort();
    this.goDown();
    if (this.connection === undefined) return;
    const drained = this.connection.drain().catch(() => undefined);
    const deadline = new Promise<void>((resolve) => setTimeout(resolve, liveness.timeout).unref());
    await Promise.race([drained, deadline]);
    await this.connection.close();
  }

  /** The client itself would wait for its first connection, too, but could then not be stopped. */
  private async dial(): Promise<void> {
    while (!this.closing.signal.aborted) {
      try {
        const connection = await connect({
          servers: this.options.url,
          name: this.options.name,
          ...liveness,
          reconnectTimeWait: reconnectPauseMs,
          maxReconnectAttempts: -1,
          // Credentials may be rotated under us; giving up would only end in a restart that tries again.
          ignoreAuthErrorAbort: true,
          // A stack trace per request costs more than the request.
          noAsyncTraces: true,
        });
        if (this.closing.signal.aborted) return await connection.close();
        this.connection = connection;
        this.comeUp(connection);
        return await this.follow(connection);
      } catch {
        await pause(reconnectPauseMs, this.closing.signal);
      }
    }
  }

  private async follow(connection: NatsConnection): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect') this.goDown();
      if (status.type === 'reconnect' && !this.closing.signal.aborted) {
        this.comeUp(connection);
        for (const reconnected of this.reconnectListeners) reconnected();
      }
    }
  }

  private comeUp(connection: NatsConnection): void {
    this.isUp = true;
    this.up.resolve(connection);
  }

  private goDown(): void {
    if (!this.isUp) return;
    this.isUp = false;
    this.up = Promise.withResolvers();
  }
}
