import { AckPolicy, DeliverPolicy, jetstream, type ConsumerMessages, type JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { filterOf, sourceOfPattern, streams, type EventSource } from '#contracts';
import type { Logger } from '#observability';
import type { Broker } from './broker.ts';
import { DeliveryHandler, decodeDelivery, type OncePerEvent } from './delivery-handler.ts';
import { BatchLane, SingleLane, type EventLane } from './event-lane.ts';
import { answerRequests } from './request-listener.ts';
import { ensureStream, isNotFound } from './topology.ts';

export interface JetStreamServerOptions {
  /** Name of the durable consumers and of the inbox: one per service. All processes of a service share it. */
  readonly consumer: string;
  readonly logger: Logger;
}

/** Extras of `@EventPattern(pattern, { batch: 200 })`. */
interface HandlerExtras {
  readonly batch?: number;
}

/** How many aggregates a handler works on at once. More than the database pool has connections would only queue there. */
const concurrency = 16;
/** Read ahead of the handlers; what is read but not handled is delivered again after `ackWaitNs`. */
const prefetch = 256;
const ackWaitNs = 30 * 1e9;
const maxAckPending = 2_000;
const pauseAfterFaultMs = 500;

/**
 * The Nest transport for events: `@EventPattern('payments.v1.payment.created')` methods fed from durable pull consumers,
 * each event exactly one effect. Also answers `@MessagePattern` requests over core NATS.
 *
 * Patterns are event types; `payments.v1.>` takes all of a service. A handler with `{ batch: n }` gets arrays.
 */
export class JetStreamServer extends Server implements CustomTransportStrategy {
  override readonly transportId = Symbol('jetstream');
  /** Failures are awaited here and decide the acknowledgement. */
  override readonly propagatesEventHandlerErrors = true;
  private readonly broker: Broker;
  private readonly once: OncePerEvent;
  private readonly options: JetStreamServerOptions;
  private readonly consuming = new Map<EventSource, ConsumerMessages>();
  private readonly lanes: EventLane[] = [];
  private readonly loops: Promise<void>[] = [];
  private stopping = false;

  constructor(broker: Broker, once: OncePerEvent, options: JetStreamServerOptions) {
    super();
    this.broker = broker;
    this.once = once;
    this.options = options;
  }

  listen(started: (error?: unknown) => void): void {
    for (const [source, handlers] of this.handlersBySource()) this.loops.push(this.consumeForEver(source, handlers));
    const requests = [...this.messageHandlers].filter(([, handler]) => handler.isEventHandler !== true);
    void answerRequests(this.broker, this.options, requests);
    // Whatever the connection came back to, the stream and the consumer may be gone: begin again from the top.
    void this.broker.onReconnect(() => this.stopPulling());
    started();
  }

  /** Stops pulling, finishes what has been taken, and answers it. */
  async close(): Promise<void> {
    this.stopping = true;
    this.stopPulling();
    await Promise.all(this.loops);
  }

  on(): never {
    throw new Error('The JetStream transport has no events to listen to; watch its log and metrics.');
  }

  unwrap<T>(): T {
    return this.broker as T;
  }

  private handlersBySource(): Map<EventSource, Map<string, MessageHandler>> {
    const bySource = new Map<EventSource, Map<string, MessageHandler>>();
    for (const [pattern, handler] of this.messageHandlers) {
      if (handler.isEventHandler !== true) continue;
      const source = sourceOfPattern(pattern);
      bySource.set(source, (bySource.get(source) ?? new Map<string, MessageHandler>()).set(pattern, handler));
    }
    return bySource;
  }

  private async consumeForEver(source: EventSource, handlers: Map<string, MessageHandler>): Promise<void> {
    const laneOf = new Map([...handlers].map(([pattern, handler]) => [pattern, this.laneFor(handler)]));
    while (!this.stopping) {
      try {
        const connection = await this.broker.connected();
        await this.consume(connection, source, [...handlers.keys()], laneOf);
      } catch (error) {
        if (this.stopping) break;
        this.options.logger.warn(
          { err: error, stream: streams[source].name },
          'consumer interrupted; it will begin again',
        );
        await new Promise((resolve) => setTimeout(resolve, pauseAfterFaultMs));
      }
    }
    await Promise.all([...laneOf.values()].map((lane) => lane.drained()));
  }

  private async consume(
    connection: NatsConnection,
    source: EventSource,
    patterns: readonly string[],
    laneOf: ReadonlyMap<string, EventLane>,
  ): Promise<void> {
    const durable = await this.ensureConsumer(source, patterns);
    const consumer = await jetstream(connection).consumers.get(streams[source].name, durable);
    const messages = await consumer.consume({ max_messages: prefetch, abort_on_missing_resource: true });
    this.consuming.set(source, messages);
    void this.stopWhenLost(messages);
    try {
      for await (const message of messages) await this.dispatch(message, patterns, laneOf);
    } finally {
      this.consuming.delete(source);
    }
  }

  /** The client would wait and ask for ever; we begin again instead, and make what is missing. */
  private async stopWhenLost(messages: ConsumerMessages): Promise<void> {
    const lost = ['consumer_deleted', 'consumer_not_found', 'stream_not_found', 'heartbeats_missed', 'no_responders'];
    for await (const status of messages.status()) if (lost.includes(status.type)) messages.stop();
  }

  private async ensureConsumer(source: EventSource, patterns: readonly string[]): Promise<string> {
    const manager = await this.broker.manager();
    await ensureStream(manager, source);
    const stream = streams[source].name;
    const filters = { filter_subjects: patterns.map(filterOf), ack_wait: ackWaitNs, max_ack_pending: maxAckPending };
    try {
      await manager.consumers.info(stream, this.options.consumer);
      await manager.consumers.update(stream, this.options.consumer, filters);
    } catch (error) {
      if (!isNotFound(error)) throw error;
      await manager.consumers.add(stream, {
        durable_name: this.options.consumer,
        ack_policy: AckPolicy.Explicit,
        deliver_policy: DeliverPolicy.All,
        max_deliver: -1,
        ...filters,
      });
    }
    return this.options.consumer;
  }

  private async dispatch(
    message: JsMsg,
    patterns: readonly string[],
    laneOf: ReadonlyMap<string, EventLane>,
  ): Promise<void> {
    const decoded = decodeDelivery(message);
    if (!decoded.ok) {
      await this.once.park({
        ...letterOf(message),
        consumer: this.options.consumer,
        eventId: null,
        error: decoded.error.message,
      });
      message.ack();
      return;
    }
    const { event } = decoded.value;
    const pattern = patterns.find((candidate) => matches(candidate, event.type));
    const lane = pattern === undefined ? undefined : laneOf.get(pattern);
    // An older release of this service may have asked for more than this one handles.
    if (lane === undefined) message.ack();
    else await lane.offer(decoded.value);
  }

  private laneFor(handler: MessageHandler): EventLane {
    const { batch } = (handler.extras ?? {}) as HandlerExtras;
    const handling = new DeliveryHandler(handler, this.once, { ...this.options, batched: batch !== undefined });
    const handle = handling.handle.bind(handling);
    const lane = batch === undefined ? new SingleLane(handle, concurrency) : new BatchLane(handle, batch);
    this.lanes.push(lane);
    return lane;
  }

  private stopPulling(): void {
    for (const messages of this.consuming.values()) messages.stop();
  }
}

function letterOf(message: JsMsg): { subject: string; payload: string; deliveries: number } {
  return { subject: message.subject, payload: message.string(), deliveries: message.info.deliveryCount };
}

function matches(pattern: string, type: string): boolean {
  return pattern.endsWith('.>') ? type.startsWith(pattern.slice(0, -1)) : pattern === type;
}
