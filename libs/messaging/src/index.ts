export { Broker, type BrokerOptions } from './broker.ts';
export { acknowledgementOf, deliveriesMax, type Acknowledgement, type HandlingOutcome } from './acknowledgement.ts';
export { EventContext, EventTooEarly } from './event-context.ts';
export { type DeadLetter, type OncePerEvent } from './delivery-handler.ts';
export { JetStreamServer, type JetStreamServerOptions } from './jetstream-server.ts';
export { Relay, type RelayCursor, type RelayLog, type RelayOptions } from './relay.ts';
export { Requester, ServiceUnavailable } from './requester.ts';
export { ensureDeadLetterStream, ensureStream } from './topology.ts';
export { WakeUp } from './wake-up.ts';
