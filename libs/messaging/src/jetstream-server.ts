import type { JsMsg } from '@nats-io/jetstream';
import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import { filterOf, type EventSource } from '#contracts';
import type { Logger } from '#observability';
import { acknowledgementOf } from './acknowledgement.ts';
import type { Broker } from './broker.ts';
import { DeliveryHandler } from './delivery-handler.ts';
import { decodeDelivery } from './delivery.ts';
import { AggregateQueues, BatchLane, type EventLane } from './event-lane.ts';
import { EventPull } from './event-pull.ts';
import { eventRoutes, routeFor, type EventRoute } from './event-routes.ts';
import type { OncePerEvent } from './once-per-event.ts';
import { Parking } from './parking.ts';
import { RequestListener } from './request-listener.ts';

export interface JetStreamServerOptions {
  /** Name of the durable consumers and of the inbox: one per service. All processes of a service share it. */
  readonly consumer: string;
  readonly logger: Logger;
  /** How many events are in hand at once, batches aside. More than the database pool can serve would only queue there. */
  readonly concurrency?: number;
  /** What a process that died had in hand comes to another one after this. */
  readonly ackWaitMs?: number;
  /** How outcomes are answered; another policy is for tests, which do not wait for minutes. */
  readonly acknowledge?: typeof acknowledgementOf;
}

/** Half of a service's pool by default, so that an outage of ours leaves room for health checks and requests. */
const concurrencyDefault = 6;
/** Handlers take milliseconds; whoever has been silent for so long is dead, or cut off from the database. */
const ackWaitMsDefault = 10_000;
/** Events one by one: with handlers of up to a second the last of them still begins before the broker gives up on it. */
const roundsAhead = 8;
/** All that one process holds of a stream beside what its handlers have in hand, and what a killed one holds up for a while. */
const readAheadMax = 256;

/**
 * The Nest transport for events: `@EventPattern('payments.v1.payment.created')` methods fed from durable pull consumers,
 * each event exactly one effect. Also answers `@MessagePattern` requests over core NATS.
 *
 * Patterns are event types; `payments.v1.>` takes all of a service. A handler with `{ batch: n }` gets arrays, in a lane
 * of its own; all others are serial within an aggregate, whichever of them its events go to.
 */
export class JetStreamServer extends Server implements CustomTransportStrategy {
  override readonly transportId = Symbol('jetstream');
  /** Failures are awaited here and decide the acknowledgement. */
  override readonly propagatesEventHandlerErrors = true;
  private readonly broker: Broker;
  private readonly once: OncePerEvent;
  private readonly options: JetStreamServerOptions;
  private readonly stopping = new AbortController();
  private readonly parking: Parking;
  private readonly concurrency: number;
  private readonly queues: AggregateQueues;
  private readonly requests: RequestListener;
  private running: Promise<void>[] = [];

  constructor(broker: Broker, once: OncePerEvent, options: JetStreamServerOptions) {
    super();
    this.broker = broker;
    this.once = once;
    this.options = options;
    this.parking = new Parking(once, { ...options, stopping: this.stopping.signal });
    this.concurrency = options.concurrency ?? concurrencyDefault;
    this.queues = new AggregateQueues(this.concurrency);
    this.requests = new RequestListener(broker, options);
  }

  listen(started: (error?: unknown) => void): void {
    try {
      const routes = eventRoutes(this.messageHandlers);
      this.running = [...routes].map(([source, ofSource]) => this.consume(source, ofSource));
    } catch (error) {
      started(error);
      return;
    }
    const requests = [...this.messageHandlers].filter(([, handler]) => handler.isEventHandler !== true);
    this.requests.listen(requests);
    started();
  }

  /** Stops pulling, finishes what has been taken, and answers it. */
  async close(): Promise<void> {
    this.stopping.abort(new Error('The transport has been closed.'));
    await Promise.all([...this.running, this.requests.close()]);
  }

  on(): never {
    throw new Error('The JetStream transport has no events to listen to; watch its log and metrics.');
  }

  unwrap<T>(): T {
    return this.broker as T;
  }

  private async consume(source: EventSource, routes: readonly EventRoute[]): Promise<void> {
    const { consumer, logger, ackWaitMs = ackWaitMsDefault } = this.options;
    const lanes = new Map(routes.map((route) => [route, this.laneFor(route)]));
    const filters = routes.map((route) => filterOf(route.pattern));
    const pull = new EventPull(
      this.broker,
      {
        source,
        consumer,
        filters,
        logger,
        ackWaitMs,
        readAhead: this.readAhead(routes),
        stopping: this.stopping.signal,
      },
      (message) => this.dispatch(message, routes, lanes),
    );
    await pull.run();
    await Promise.all([...lanes.values()].map((lane) => lane.drained()));
  }

  /**
   * What the handlers of a stream get through in a moment. A slow one must not have more behind it than it finishes in time:
   * the rest stays with the broker, for other processes too.
   */
  private readAhead(routes: readonly EventRoute[]): number {
    const oneByOne = routes.some(({ batch }) => batch === undefined) ? this.concurrency * roundsAhead : 0;
    const inBatches = routes.reduce((sum, { batch = 0 }) => sum + batch, 0);
    return Math.min(readAheadMax, oneByOne + inBatches);
  }

  private async dispatch(
    message: JsMsg,
    routes: readonly EventRoute[],
    lanes: ReadonlyMap<EventRoute, EventLane>,
  ): Promise<void> {
    const decoded = decodeDelivery(message);
    if (!decoded.ok) return this.parking.park(message, null, decoded.error);
    const route = routeFor(routes, decoded.value.event.type);
    const lane = route && lanes.get(route);
    // An older release of this service may have asked for more than this one handles.
    if (lane === undefined) message.ack();
    else await lane.offer(decoded.value);
  }

  private laneFor({ handler, batch }: EventRoute): EventLane {
    const handling = new DeliveryHandler(handler, this.once, this.parking, {
      consumer: this.options.consumer,
      logger: this.options.logger,
      acknowledge: this.options.acknowledge ?? acknowledgementOf,
      batched: batch !== undefined,
      stopping: this.stopping.signal,
    });
    const handle = handling.handle.bind(handling);
    return batch === undefined ? this.queues.laneFor(handle) : new BatchLane(handle, batch);
  }
}
