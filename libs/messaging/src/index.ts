export { Broker, type BrokerOptions } from './broker.ts';
export { acknowledgementOf, failuresMax, type Acknowledgement, type HandlingOutcome } from './acknowledgement.ts';
export { EventContext, EventTooEarly } from './event-context.ts';
export { JetStreamServer, type JetStreamServerOptions } from './jetstream-server.ts';
export type { DeadLetter, OncePerEvent } from './once-per-event.ts';
export { Relay, type RelayCursor, type RelayLog, type RelayOptions } from './relay.ts';
export { Requester, ServiceUnavailable } from './requester.ts';
export { ensureDeadLetterStream, ensureStream, isNotFound } from './topology.ts';
export { WakeUp } from './wake-up.ts';
