import type { Challenge } from '../challenges/challenge.ts';
import { minorUnits } from './minor-units.ts';

export interface ChallengeRow {
  acquirer: Challenge['acquirer'];
  authorization_id: string;
  idempotency_key: string;
  card_token: Challenge['cardToken'];
  reference: string;
  amount_minor: string;
  currency: string;
  return_url: string | null;
  state: Challenge['state'];
}

export const challengeColumns = `acquirer, authorization_id, idempotency_key, card_token, reference, amount_minor,
  currency, return_url, state`;

export function toChallenge(row: ChallengeRow): Challenge {
  return {
    acquirer: row.acquirer,
    authorizationId: row.authorization_id,
    key: row.idempotency_key,
    cardToken: row.card_token,
    reference: row.reference,
    amountMinor: minorUnits(row.amount_minor),
    currency: row.currency,
    returnUrl: row.return_url,
    state: row.state,
  };
}
