import type { Decision } from '../operations/decision.ts';
import type { Effect, Keyed, OperationRequest } from '../operations/operation.ts';

/** Each operation is written by one statement: the answer, the effect and the guard row stand or fall together. */
export const decisionStatement = `
  UPDATE sandbox.operation SET answer = $3, tells = $4, decided_at = $5, answer_from = $6, findable_from = $7
  WHERE acquirer = $1 AND idempotency_key = $2`;

export function decisionParameters({ acquirer, key }: Keyed, decision: Decision): unknown[] {
  const { answer, tells, decidedAt, answerFrom, findableFrom } = decision;
  return [acquirer, key, JSON.stringify(answer), tells, decidedAt, answerFrom, findableFrom];
}

const effectInsert = `
  INSERT INTO sandbox.effect (acquirer, idempotency_key, recorded_at, operation, effect_id, authorization_id,
    card_token, reference, currency, amount_minor)
  VALUES ($1, $2, $5, $8, $9, $10, $11, $12, $13, $14)`;

const decidedAndDone = `WITH decided AS (${decisionStatement}), done AS (${effectInsert})`;

export const effectStatement = {
  authorize: `${decidedAndDone}
    INSERT INTO sandbox.hold (acquirer, authorization_id, card_token, reference, currency, held_minor, expires_at)
    VALUES ($1, $10, $11, $12, $13, $14, $15)`,
  increase: `${decidedAndDone}
    UPDATE sandbox.hold SET held_minor = held_minor + $14 WHERE acquirer = $1 AND authorization_id = $10`,
  capture: `${decidedAndDone}
    UPDATE sandbox.hold SET captured_minor = captured_minor + $14, closed = $15
    WHERE acquirer = $1 AND authorization_id = $10`,
  void: `${decidedAndDone}
    UPDATE sandbox.hold SET voided = true WHERE acquirer = $1 AND authorization_id = $10`,
  refund: `${decidedAndDone}
    UPDATE sandbox.hold SET refunded_minor = refunded_minor + $14 WHERE acquirer = $1 AND authorization_id = $10`,
} as const satisfies Record<Effect['operation'], string>;

/** What the statement of an effect is written from; only a capture says whether it is the last. */
export type EffectCause = Keyed &
  (
    | { readonly operation: 'capture'; readonly final: boolean }
    | { readonly operation: Exclude<OperationRequest['operation'], 'capture'> }
  );

export function effectParameters(cause: EffectCause, decision: Decision, effect: Effect): unknown[] {
  const { operation, effectId, authorizationId, cardToken, reference, currency, amountMinor } = effect;
  const done = [operation, effectId, authorizationId, cardToken, reference, currency, amountMinor];
  return [...decisionParameters(cause, decision), ...done, ...ofHold(cause, decision)];
}

function ofHold(cause: EffectCause, { expiresAt }: Decision): unknown[] {
  switch (cause.operation) {
    case 'authorize':
      return [expiresAt];
    case 'capture':
      return [cause.final];
    case 'increase':
    case 'void':
    case 'refund':
      return [];
  }
}
