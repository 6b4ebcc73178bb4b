import type { Decision } from '../operations/decide.ts';
import type { Effect, OperationRequest } from '../operations/operation.ts';

/** Each operation is written by one statement: the answer, the effect and the guard row stand or fall together. */
export const decisionStatement = `
  UPDATE sandbox.operation SET answer = $3, tells = $4, decided_at = $5, answer_from = $6, findable_from = $7
  WHERE acquirer = $1 AND idempotency_key = $2`;

export function decisionParameters({ acquirer, key }: OperationRequest, decision: Decision): unknown[] {
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
    INSERT INTO sandbox.hold (acquirer, authorization_id, card_token, reference, currency, held_minor)
    VALUES ($1, $10, $11, $12, $13, $14)`,
  capture: `${decidedAndDone}
    UPDATE sandbox.hold SET captured_minor = captured_minor + $14, closed = $15
    WHERE acquirer = $1 AND authorization_id = $10`,
  void: `${decidedAndDone}
    UPDATE sandbox.hold SET voided = true WHERE acquirer = $1 AND authorization_id = $10`,
  refund: `${decidedAndDone}
    UPDATE sandbox.hold SET refunded_minor = refunded_minor + $14 WHERE acquirer = $1 AND authorization_id = $10`,
} as const satisfies Record<Effect['operation'], string>;

export function effectParameters(request: OperationRequest, decision: Decision, effect: Effect): unknown[] {
  const { operation, effectId, authorizationId, cardToken, reference, currency, amountMinor } = effect;
  const done = [operation, effectId, authorizationId, cardToken, reference, currency, amountMinor];
  const closes = request.operation === 'capture' ? [request.final] : [];
  return [...decisionParameters(request, decision), ...done, ...closes];
}
