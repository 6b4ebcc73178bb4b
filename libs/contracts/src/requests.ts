/**
 * Questions that the API puts to another service over core NATS and waits for: endpoint administration, dead letters,
 * lag. They change only what the answering service owns, and a lost answer leaves nothing half done.
 */
export const webhookRequests = {
  createEndpoint: 'webhooks.v1.endpoint.create',
  deleteEndpoint: 'webhooks.v1.endpoint.delete',
} as const;

export interface CreateEndpointRequest {
  readonly merchantId: string;
  readonly url: string;
  readonly eventTypes: readonly string[];
}

export interface EndpointView {
  readonly id: string;
  readonly url: string;
  readonly status: 'enabled' | 'disabled' | 'disabled_by_failures';
  readonly eventTypes: readonly string[];
  readonly createdAt: string;
}

/** `signingSecret` is shown this once; only the service keeps it. */
export type CreateEndpointReply =
  | { readonly ok: true; readonly endpoint: EndpointView; readonly signingSecret: string }
  | { readonly ok: false; readonly field: 'url' | 'eventTypes'; readonly message: string };

export interface DeleteEndpointRequest {
  readonly merchantId: string;
  readonly endpointId: string;
}

export type DeleteEndpointReply = { readonly ok: true; readonly endpoint: EndpointView } | { readonly ok: false };

/** The services that keep an event backbone (log, inbox, dead letters) and answer these. */
export const operatedServices = ['orchestrator', 'fraud', 'settlement', 'webhooks'] as const;
export type OperatedService = (typeof operatedServices)[number];

/** Not under the name of the service: its stream would store the question, and answer it with an acknowledgement. */
export const operationsRequests = {
  deadLetters: (service: OperatedService): string => `operations.v1.${service}.dead-letters`,
  replayDeadLetter: (service: OperatedService): string => `operations.v1.${service}.replay-dead-letter`,
  eventLag: (service: OperatedService): string => `operations.v1.${service}.event-lag`,
} as const;

/** Answered by one process of the orchestrator with an `AcquirerView` for each acquirer, as that process sees them. */
export const acquirerRequests = { list: 'operations.v1.orchestrator.acquirers' } as const;

export interface DeadLetterView {
  readonly id: string;
  readonly service: string;
  readonly eventId: string | null;
  readonly subject: string;
  readonly error: string;
  readonly deliveries: number;
  readonly parkedAt: string;
  readonly replayedAt: string | null;
}

/** `unpublished` and `ageMs` tell what the service's relay has still to publish; null where it has no log of its own. */
export interface EventLagView {
  readonly service: string;
  readonly relay: { readonly unpublished: number; readonly oldestAgeMs: number } | null;
  readonly consumers: readonly { readonly stream: string; readonly pending: number; readonly unacknowledged: number }[];
}
