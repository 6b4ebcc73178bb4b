import { z } from 'zod';
import { isCurrencyCode, money, parseId } from '#domain';
import type { AcquirerCallback, AcquirerNotice } from './acquirer.ts';
import { agreedAnswer, parseJson } from './http-answers.ts';

const callbackSchema = z.object({ id: z.string().min(1), type: z.string(), data: z.unknown() });

const text = z.string().min(1);
const decidedSchema = z.object({ idempotencyKey: text });
const expiredSchema = z.object({ authorizationId: text });
const disputeOpenedSchema = z.object({
  disputeId: text,
  authorizationId: text,
  amountMinor: z.int().positive(),
  currency: z.string().refine(isCurrencyCode),
  reason: z.string(),
  evidenceDueAt: z.iso.datetime(),
});
const disputeClosedSchema = z.object({ disputeId: text, authorizationId: text, outcome: z.enum(['won', 'lost']) });
const fraudWarningSchema = z.object({ authorizationId: text, reason: z.string() });

/** Read a row as: a callback of this type tells this. Null: it is not as agreed, or about nothing of ours. */
const noticeOf: Readonly<Record<string, (data: unknown) => AcquirerNotice | null>> = {
  'operation.decided': (data) => {
    const decided = decidedSchema.safeParse(data);
    const key = decided.success ? parseId('att', decided.data.idempotencyKey) : undefined;
    const answer = agreedAnswer(data);
    return key === undefined || answer === undefined ? null : { type: 'answered', key, answer };
  },
  'authorization.expired': (data) => {
    const expired = expiredSchema.safeParse(data);
    return expired.success ? { type: 'authorization_expired', authorization: expired.data.authorizationId } : null;
  },
  'dispute.opened': (data) => {
    const opened = disputeOpenedSchema.safeParse(data);
    if (!opened.success) return null;
    const { disputeId: dispute, authorizationId: authorization, amountMinor, currency, reason } = opened.data;
    const evidenceDueAt = new Date(opened.data.evidenceDueAt);
    const amount = money(BigInt(amountMinor), currency);
    return { type: 'dispute_opened', authorization, dispute, amount, reason, evidenceDueAt };
  },
  'dispute.closed': (data) => {
    const closed = disputeClosedSchema.safeParse(data);
    if (!closed.success) return null;
    const { disputeId: dispute, authorizationId: authorization, outcome } = closed.data;
    return { type: 'dispute_closed', authorization, dispute, outcome };
  },
  'fraud.warning': (data) => {
    const warning = fraudWarningSchema.safeParse(data);
    if (!warning.success) return null;
    return { type: 'fraud_warning', authorization: warning.data.authorizationId, reason: warning.data.reason };
  },
};

/** Undefined for a body that names no callback; the signature has been checked before. */
export function readSignedCallback(body: Buffer): AcquirerCallback | undefined {
  const parsed = callbackSchema.safeParse(parseJson(body.toString('utf8')));
  if (!parsed.success) return undefined;
  const { id, type, data } = parsed.data;
  const tell = Object.hasOwn(noticeOf, type) ? noticeOf[type] : undefined;
  return { id, notice: tell?.(data) ?? null };
}
