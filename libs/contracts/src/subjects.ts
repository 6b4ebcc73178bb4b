/**
 * Where events travel. Subjects carry the virtual shard, so that a consumer can own a part of the merchants:
 * `payments.v1.<shard>.payment.authorized`.
 */
export const streams = {
  payments: { name: 'PAYMENTS', subjects: ['payments.v1.>'] },
  fraud: { name: 'FRAUD', subjects: ['fraud.v1.>'] },
  settlement: { name: 'SETTLEMENT', subjects: ['settlement.v1.>'] },
} as const;

export type EventSource = keyof typeof streams;

/** Messages that no handler could take, for people and tools that watch; the table is what replay works from. */
export const deadLetterStream = { name: 'DEAD_LETTERS', subjects: ['dead-letters.>'] } as const;

export function subjectOf(service: EventSource, version: number, shard: number, type: string): string {
  return `${service}.v${version}.${shard}.${type}`;
}

/**
 * The subject filter of an event type or of all events of a service:
 * `payments.v1.payment.created` → `payments.v1.*.payment.created`; `payments.v1.>` stays.
 */
export function filterOf(pattern: string): string {
  const [service, version, ...rest] = pattern.split('.');
  return rest.length === 1 && rest[0] === '>' ? pattern : [service, version, '*', ...rest].join('.');
}

export function sourceOfPattern(pattern: string): EventSource {
  const [service] = pattern.split('.');
  if (service === undefined || !(service in streams)) {
    throw new Error(`No stream carries ${pattern}; the services that publish are ${Object.keys(streams).join(', ')}.`);
  }
  return service as EventSource;
}
