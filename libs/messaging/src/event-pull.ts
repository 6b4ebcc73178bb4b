import { AckPolicy, DeliverPolicy, jetstream, type ConsumerMessages, type JsMsg } from '@nats-io/jetstream';
import { streams, type EventSource } from '#contracts';
import type { Logger } from '#observability';
import { nanos } from '@nats-io/nats-core';
import type { Broker } from './broker.ts';
import { pause } from './pause.ts';
import { addConsumer } from './stream-state.ts';
import { ensureStream, isNotFound, streamAgeMaxNs } from './topology.ts';

export interface EventPullOptions {
  readonly source: EventSource;
  /** Name of the durable consumer. */
  readonly consumer: string;
  /** Subjects, see `filterOf`. */
  readonly filters: readonly string[];
  readonly logger: Logger;
  readonly stopping: AbortSignal;
  /** What a process that died had in hand comes to another one after this. */
  readonly ackWaitMs: number;
  /** How many messages are read ahead of the handlers: no more than they finish before the broker gives them to others. */
  readonly readAhead: number;
}

/**
 * Messages that wait for their next try count as pending, two minutes each at most: 80 failing events a second, for
 * as long as one likes, before the sound ones have to wait for them.
 */
const ackPendingMax = 10_000;
/** Two missed ones tell that the consumer is gone; the client's own 15 s would leave a payment lying for half a minute. */
const heartbeatMs = 2_500;
const pauseAfterInterruptionMs = 250;

/** The client would wait and ask for ever; we begin again from the top instead, and make what is missing. */
const losses = ['consumer_deleted', 'consumer_not_found', 'stream_not_found', 'heartbeats_missed', 'no_responders'];

/** Feeds `take` from a durable consumer of one stream, whatever becomes of the server, the stream and the consumer. */
export class EventPull {
  private readonly broker: Broker;
  private readonly options: EventPullOptions;
  private readonly take: (message: JsMsg) => Promise<void>;

  /** `take` resolves when it can take the next message, and never throws. */
  constructor(broker: Broker, options: EventPullOptions, take: (message: JsMsg) => Promise<void>) {
    this.broker = broker;
    this.options = options;
    this.take = take;
  }

  /** Resolves when it has been told to stop and has handed on or given back everything it had pulled. */
  async run(): Promise<void> {
    const { stopping, logger, source } = this.options;
    while (!stopping.aborted) {
      try {
        await this.pullUntilInterrupted();
      } catch (error) {
        if (stopping.aborted) return;
        logger.warn({ err: error, stream: streams[source].name }, 'consumer interrupted; it will begin again');
      }
      await pause(pauseAfterInterruptionMs, stopping);
    }
  }

  private async pullUntilInterrupted(): Promise<void> {
    const { stopping, source, consumer: name, readAhead } = this.options;
    const connection = await this.broker.connected(stopping);
    await this.ensureConsumer();
    const consumer = await jetstream(connection).consumers.get(streams[source].name, name);
    const messages = await consumer.consume({
      max_messages: readAhead,
      idle_heartbeat: heartbeatMs,
      abort_on_missing_resource: true,
    });
    const stop = (): void => messages.stop();
    stopping.addEventListener('abort', stop, { once: true });
    // Whatever the connection came back to, the stream and the consumer may be gone.
    const deafen = this.broker.onReconnect(stop);
    void stopWhenLost(messages);
    if (stopping.aborted) stop();
    try {
      for await (const message of messages) {
        // What nobody has begun is for another process; it need not wait for our silence to be noticed.
        if (stopping.aborted) message.nak();
        else await this.take(message);
      }
    } finally {
      deafen();
      stopping.removeEventListener('abort', stop);
    }
  }

  private async ensureConsumer(): Promise<void> {
    const { source, consumer, filters, stopping, ackWaitMs } = this.options;
    const manager = await this.broker.manager(stopping);
    const info = await ensureStream(manager, source, this.broker.streamBytesMax);
    const stream = info.config.name;
    const changeable = {
      filter_subjects: [...filters],
      ack_wait: nanos(ackWaitMs),
      max_ack_pending: ackPendingMax,
      // A service that no longer exists must not hold on to messages for ever.
      inactive_threshold: streamAgeMaxNs,
    };
    try {
      await manager.consumers.info(stream, consumer);
      await manager.consumers.update(stream, consumer, changeable);
    } catch (error) {
      if (!isNotFound(error)) throw error;
      await addConsumer(manager, info, {
        durable_name: consumer,
        ack_policy: AckPolicy.Explicit,
        deliver_policy: DeliverPolicy.All,
        max_deliver: -1,
        ...changeable,
      });
    }
  }
}

async function stopWhenLost(messages: ConsumerMessages): Promise<void> {
  for await (const status of messages.status()) if (losses.includes(status.type)) messages.stop();
}
