import type { ZodType } from 'zod';
import { feedEvents } from './feed-events.v1.ts';
import { fraudEvents } from './fraud-events.v1.ts';
import { paymentEvents } from './payment-events.v1.ts';
import { settlementEvents } from './settlement-events.v1.ts';

/** Every event of every service by its full type, for example `payments.v1.payment.created`. */
export const catalogue: ReadonlyMap<string, ZodType> = new Map(
  Object.entries({
    payments: paymentEvents,
    fraud: fraudEvents,
    settlement: settlementEvents,
    feed: feedEvents,
  }).flatMap(([service, events]) =>
    Object.entries<ZodType>(events).map(([type, schema]): [string, ZodType] => [`${service}.v1.${type}`, schema]),
  ),
);

/** The schema of an event's data; undefined for types of a newer release. */
export function schemaOf(type: string): ZodType | undefined {
  return catalogue.get(type);
}
