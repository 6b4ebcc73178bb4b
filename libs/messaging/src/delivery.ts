import type { JsMsg } from '@nats-io/jetstream';
import { envelopeSchema, schemaOf, type EventEnvelope } from '#contracts';
import { err, ok, parseId, type Result } from '#domain';

/** A message whose envelope has been read. */
export interface Delivery {
  readonly message: JsMsg;
  readonly event: EventEnvelope;
}

/** Reads the envelope, and the data by the schema of its type. Types that this release does not know pass unread. */
export function decodeDelivery(message: JsMsg): Result<Delivery, Error> {
  try {
    const envelope = envelopeSchema.parse(message.json());
    if (parseId('evt', envelope.id) === undefined) return err(new Error(`${envelope.id} is no event id`));
    const schema = schemaOf(envelope.type);
    return ok({ message, event: schema === undefined ? (envelope as EventEnvelope) : read(envelope, schema) });
  } catch (error) {
    return err(error instanceof Error ? error : new Error(String(error)));
  }
}

function read(envelope: { data?: unknown }, schema: { parse(data: unknown): unknown }): EventEnvelope {
  return { ...envelope, data: schema.parse(envelope.data) } as EventEnvelope;
}
