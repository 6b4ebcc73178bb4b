import { parseId, type PaymentId, type WebhookDeliveryId } from '#domain';

/**
 * Marks that clients carry around and give back. They name the item that they were taken from, so they stay good while
 * others come and go. Opaque on the wire, so that nobody builds one and we may change what is inside.
 */
export interface CursorKind<Mark> {
  encode(mark: Mark): string;
  /** Undefined for anything that `encode` did not make. */
  decode(cursor: string): Mark | undefined;
}

export const paymentCursor: CursorKind<PaymentId> = cursorKind('payment', String, (text) => parseId('pay', text));

export const deliveryCursor: CursorKind<WebhookDeliveryId> = cursorKind('delivery', String, (text) =>
  parseId('whd', text),
);

/** The sequence of an event in the merchant's feed; the same for queries, subscriptions and streams. */
export const eventCursor: CursorKind<bigint> = cursorKind('event', String, (text) =>
  /^(0|[1-9]\d{0,17})$/.test(text) ? BigInt(text) : undefined,
);

function cursorKind<Mark>(
  kind: string,
  write: (mark: Mark) => string,
  read: (text: string) => Mark | undefined,
): CursorKind<Mark> {
  const prefix = `${kind}:`;
  const encode = (mark: Mark): string => Buffer.from(prefix + write(mark)).toString('base64url');
  return {
    encode,
    decode(cursor) {
      const text = Buffer.from(cursor, 'base64url').toString();
      const mark = text.startsWith(prefix) ? read(text.slice(prefix.length)) : undefined;
      // The decoder is lenient; only the one spelling that we write is a cursor of ours.
      return mark !== undefined && encode(mark) === cursor ? mark : undefined;
    },
  };
}
