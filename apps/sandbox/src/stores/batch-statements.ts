import type { Decision } from '../operations/decision.ts';
import type { AuthorizeRequest, CaptureRequest, Effect, Keyed } from '../operations/operation.ts';
import { holdColumns } from './hold-rows.ts';

/*
 * The statements for calls that come at once. Each takes its rows as one JSON text, which costs less to make and to read than
 * an array for each column. No two rows of a batch have the same key or the same hold.
 */

/** An authorization that is decided by its first call, and what is to be kept of it. */
export interface FirstAuthorization {
  readonly request: AuthorizeRequest;
  readonly fingerprint: string;
  readonly decision: Decision & { readonly effect: Effect };
}

export interface FirstCapture {
  readonly request: CaptureRequest;
  readonly fingerprint: string;
}

export interface DecidedCapture {
  readonly request: CaptureRequest;
  readonly decision: Decision;
}

const decidedColumns = `acquirer text, key text, answer json, tells text, decided_at timestamptz, answer_from timestamptz,
  findable_from timestamptz, effect_id text, authorization_id text, card_token text, reference text, currency text,
  amount_minor bigint`;

function decidedRow({ acquirer, key }: Keyed, decision: Decision): object {
  const { effect } = decision;
  return {
    acquirer,
    key,
    answer: decision.answer,
    tells: decision.tells,
    decided_at: decision.decidedAt,
    answer_from: decision.answerFrom,
    findable_from: decision.findableFrom,
    ...(effect === null ? {} : effectColumns(effect)),
  };
}

function effectColumns(effect: Effect): object {
  return {
    effect_id: effect.effectId,
    authorization_id: effect.authorizationId,
    card_token: effect.cardToken,
    reference: effect.reference,
    currency: effect.currency,
    amount_minor: effect.amountMinor,
  };
}

/**
 * Of each authorization the call, the answer, the effect and the guard row, or nothing when its key is known already. Gives
 * the acquirer and the key of those that were written. Another transaction may be at the same keys: its end is waited for, key
 * by key in their order, and nobody can wait in a circle.
 */
export const firstAuthorizationsStatement = `
  WITH asked AS MATERIALIZED (
    SELECT * FROM json_to_recordset($1) AS asked (${decidedColumns}, fingerprint text, expires_at timestamptz)
  ), fresh AS (
    INSERT INTO sandbox.operation (acquirer, idempotency_key, operation, fingerprint, first_called_at, answer, tells,
      decided_at, answer_from, findable_from)
    SELECT acquirer, key, 'authorize', fingerprint, decided_at, answer, tells, decided_at, answer_from, findable_from
    FROM asked ORDER BY acquirer COLLATE "C", key COLLATE "C"
    ON CONFLICT (acquirer, idempotency_key) DO NOTHING RETURNING acquirer, idempotency_key AS key
  ), done AS (
    INSERT INTO sandbox.effect (acquirer, idempotency_key, recorded_at, operation, effect_id, authorization_id,
      card_token, reference, currency, amount_minor)
    SELECT acquirer, key, decided_at, 'authorize', effect_id, authorization_id, card_token, reference, currency,
      amount_minor
    FROM fresh JOIN asked USING (acquirer, key)
  ), held AS (
    INSERT INTO sandbox.hold (acquirer, authorization_id, card_token, reference, currency, held_minor, expires_at)
    SELECT acquirer, authorization_id, card_token, reference, currency, amount_minor, expires_at
    FROM fresh JOIN asked USING (acquirer, key)
  )
  SELECT acquirer, key FROM fresh`;

export function firstAuthorizationsParameters(firsts: readonly FirstAuthorization[]): [string] {
  const rows = firsts.map(({ request, fingerprint, decision }) => ({
    ...decidedRow(request, decision),
    fingerprint,
    expires_at: decision.expiresAt,
  }));
  return [JSON.stringify(rows)];
}

/**
 * Counts first calls of captures and holds their keys, in their order. Gives the acquirer and the key of each, but not of those
 * whose key is known already or whose authorization is not: of these nothing is kept.
 */
export const firstCapturesStatement = `
  INSERT INTO sandbox.operation (acquirer, idempotency_key, operation, fingerprint, first_called_at)
  SELECT asked.acquirer, asked.key, 'capture', asked.fingerprint, $2
  FROM json_to_recordset($1) AS asked (acquirer text, key text, fingerprint text, authorization_id text)
  JOIN sandbox.hold h ON h.acquirer = asked.acquirer AND h.authorization_id = asked.authorization_id
  ORDER BY asked.acquirer COLLATE "C", asked.key COLLATE "C"
  ON CONFLICT (acquirer, idempotency_key) DO NOTHING RETURNING acquirer, idempotency_key AS key`;

/** The guard rows of all of them, locked in their order. */
export const holdsOfCapturesStatement = `
  SELECT h.acquirer, ${holdColumns}
  FROM json_to_recordset($1) AS asked (acquirer text, authorization_id text)
  JOIN sandbox.hold h ON h.acquirer = asked.acquirer AND h.authorization_id = asked.authorization_id
  ORDER BY h.acquirer COLLATE "C", h.authorization_id COLLATE "C" FOR UPDATE OF h`;

export function firstCapturesParameter(firsts: readonly FirstCapture[]): string {
  return JSON.stringify(
    firsts.map(({ request: { acquirer, key, authorizationId }, fingerprint }) => ({
      acquirer,
      key,
      fingerprint,
      authorization_id: authorizationId,
    })),
  );
}

/** What each capture was answered; of those that took money the effect and the guard row as well. */
export const decidedCapturesStatement = `
  WITH asked AS MATERIALIZED (
    SELECT * FROM json_to_recordset($1) AS asked (${decidedColumns}, final boolean)
  ), decided AS (
    UPDATE sandbox.operation o SET answer = asked.answer, tells = asked.tells, decided_at = asked.decided_at,
      answer_from = asked.answer_from, findable_from = asked.findable_from
    FROM asked WHERE o.acquirer = asked.acquirer AND o.idempotency_key = asked.key
  ), done AS (
    INSERT INTO sandbox.effect (acquirer, idempotency_key, recorded_at, operation, effect_id, authorization_id,
      card_token, reference, currency, amount_minor)
    SELECT acquirer, key, decided_at, 'capture', effect_id, authorization_id, card_token, reference, currency,
      amount_minor
    FROM asked WHERE effect_id IS NOT NULL
  )
  UPDATE sandbox.hold h SET captured_minor = h.captured_minor + asked.amount_minor, closed = asked.final
  FROM asked WHERE asked.effect_id IS NOT NULL AND h.acquirer = asked.acquirer
    AND h.authorization_id = asked.authorization_id`;

export function decidedCapturesParameters(captures: readonly DecidedCapture[]): [string] {
  const rows = captures.map(({ request, decision }) => ({ ...decidedRow(request, decision), final: request.final }));
  return [JSON.stringify(rows)];
}
