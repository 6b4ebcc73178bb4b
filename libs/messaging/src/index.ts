export { Broker, type BrokerOptions } from './broker.ts';
export { acknowledgementOf, type Acknowledgement, type HandlingOutcome } from './acknowledgement.ts';
export { EventContext, EventTooEarly } from './event-context.ts';
export { JetStreamServer, type JetStreamServerOptions } from './jetstream-server.ts';
export type { DeadLetter, OncePerEvent } from './once-per-event.ts';
export { Relay, type RelayCursor, type RelayLog, type RelayOptions } from './relay.ts';
export { PagePublisher } from './page-publisher.ts';
export { Requester, ServiceUnavailable } from './requester.ts';
export {
  hasUnread,
  inspectStream,
  metadataOfNewConsumer,
  type StreamBounds,
  type StreamState,
} from './stream-state.ts';
export { ensureDeadLetterStream, ensureStream, fitStream, isNotFound, streamBytesMaxDefault } from './topology.ts';
export { WakeUp } from './wake-up.ts';
