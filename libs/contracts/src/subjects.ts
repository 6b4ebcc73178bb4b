import type { LoggedEvent } from './envelope.ts';

/**
 * Where events travel. Subjects carry the virtual shard, so that a consumer can own a part of the merchants:
 * `payments.v1.<shard>.payment.authorized`. Those of the feed carry the merchant as well, so that a partner's permission can
 * end there: `feed.v1.<shard>.mer_….payment.authorized`.
 */
export const streams = {
  payments: { name: 'PAYMENTS', subjects: ['payments.v1.>'] },
  fraud: { name: 'FRAUD', subjects: ['fraud.v1.>'] },
  settlement: { name: 'SETTLEMENT', subjects: ['settlement.v1.>'] },
  /** What merchants are told, for partners; the other streams are for the services. */
  feed: { name: 'FEED', subjects: ['feed.v1.>'] },
} as const;

export type EventSource = keyof typeof streams;

/** Messages that no handler could take, for people and tools that watch; the table is what replay works from. */
export const deadLetterStream = { name: 'DEAD_LETTERS', subjects: ['dead-letters.>'] } as const;

export function subjectOf(
  source: EventSource,
  event: Pick<LoggedEvent, 'schemaVersion' | 'shard' | 'merchantId' | 'type'>,
): string {
  const place = source === 'feed' ? [event.shard, event.merchantId] : [event.shard];
  return [source, `v${event.schemaVersion}`, ...place, event.type].join('.');
}

/**
 * The subject filter of an event type or of all events of a service:
 * `payments.v1.payment.created` → `payments.v1.*.payment.created`, `feed.v1.payment.created` →
 * `feed.v1.*.*.payment.created`; `payments.v1.>` stays.
 */
export function filterOf(pattern: string): string {
  const [service, version, ...rest] = pattern.split('.');
  const place = service === 'feed' ? ['*', '*'] : ['*'];
  return rest.length === 1 && rest[0] === '>' ? pattern : [service, version, ...place, ...rest].join('.');
}

export function sourceOfPattern(pattern: string): EventSource {
  const [service] = pattern.split('.');
  if (service === undefined || !(service in streams)) {
    throw new Error(`No stream carries ${pattern}; the services that publish are ${Object.keys(streams).join(', ')}.`);
  }
  return service as EventSource;
}
