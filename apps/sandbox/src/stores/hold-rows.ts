import type { Hold } from '../operations/operation.ts';
import { minorUnits } from './minor-units.ts';

export interface HoldRow {
  authorization_id: string;
  card_token: Hold['cardToken'];
  reference: string;
  currency: string;
  held_minor: string;
  captured_minor: string;
  refunded_minor: string;
  closed: boolean;
  voided: boolean;
  expires_at: Date | null;
}

/** Of a guard row that the statement calls `h`. */
export const holdColumns = `h.authorization_id, h.card_token, h.reference, h.currency, h.held_minor,
  h.captured_minor, h.refunded_minor, h.closed, h.voided, h.expires_at`;

export function toHold(row: HoldRow): Hold {
  return {
    authorizationId: row.authorization_id,
    cardToken: row.card_token,
    reference: row.reference,
    currency: row.currency,
    heldMinor: minorUnits(row.held_minor),
    capturedMinor: minorUnits(row.captured_minor),
    refundedMinor: minorUnits(row.refunded_minor),
    closed: row.closed,
    voided: row.voided,
    expiresAt: row.expires_at,
  };
}
