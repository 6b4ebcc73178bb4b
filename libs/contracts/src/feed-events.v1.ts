import { z, type ZodObject, type ZodType } from 'zod';
import { invariant, visibleFacts } from '#domain';
import { paymentEvents } from './payment-events.v1.ts';
import { settlementEvents } from './settlement-events.v1.ts';

/**
 * What merchants are told, version 1: of what the services say, the facts that they may see. The same data is on webhooks,
 * subscriptions, the `events` query and the feed's stream.
 */
export const feedEvents: Readonly<Record<string, ZodObject>> = {
  ...toldOf(paymentEvents, visibleFacts['payments.v1']),
  ...toldOf(settlementEvents, visibleFacts['settlement.v1']),
};

function toldOf(
  said: Readonly<Record<string, ZodObject<Readonly<Record<string, ZodType>>>>>,
  visible: Readonly<Record<string, readonly string[]>>,
): Record<string, ZodObject> {
  return Object.fromEntries(
    Object.entries(visible).map(([type, facts]) => {
      const shape = said[type]?.shape ?? {};
      const about = 'payment' in shape ? 'payment' : 'paymentId';
      const told = [about, ...facts].map((fact): [string, ZodType] => {
        const schema = shape[fact];
        invariant(schema !== undefined, `merchants are told the ${fact} of ${type}, which nobody says`);
        return [fact, schema];
      });
      return [type, z.object(Object.fromEntries(told))];
    }),
  );
}
