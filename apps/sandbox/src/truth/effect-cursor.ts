import { z } from 'zod';
import { Refusal } from '../operations/refusal.ts';
import type { EffectPosition } from '../stores/truth.store.ts';

const snapshot = z.string().regex(/^\d{1,19}:\d{1,19}:[\d,]*$/);
const positionSchema = z.strictObject({
  from: snapshot,
  to: snapshot.nullable(),
  after: z.string().regex(/^\d{1,18}$/),
});

/** Opaque to whoever holds it. */
export function toCursor(position: EffectPosition): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

export function fromCursor(cursor: string): EffectPosition {
  try {
    return positionSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch {
    throw new Refusal('invalid_request', 'after: this is not a cursor of this list.');
  }
}
