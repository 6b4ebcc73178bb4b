import { z } from 'zod';
import { isDeclineCode, type DeclineCode } from '#domain';
import type { AcquirerAnswer, EvidenceAnswer, FindAnswer } from './acquirer.ts';
import { neverConnected } from './never-connected.ts';

const id = z.string().min(1).optional();

/** An approval that does not name what was done is none: nothing could be captured, voided or looked up by it. */
const approvedSchema = z
  .object({
    status: z.literal('approved'),
    authorizationId: id,
    increaseId: id,
    captureId: id,
    voidId: id,
    refundId: id,
    amountMinor: z.int().min(0).optional(),
    expiresAt: z.iso.datetime().optional(),
  })
  .refine((answer) => referenceOf(answer) !== undefined, 'names nothing that was done');

/** What the acquirer agreed to answer; anything else is no answer. */
const answerSchema = z.discriminatedUnion('status', [
  approvedSchema,
  z.object({
    status: z.literal('action_required'),
    authorizationId: z.string().min(1),
    redirectUrl: z.url({ protocol: /^https?$/ }),
  }),
  z.object({
    status: z.literal('declined'),
    declineCode: z.string().min(1),
    soft: z.boolean(),
    message: z.string(),
  }),
]);

/** The acquirer's written promise that nothing was done. */
const notProcessedSchema = z.object({ error: z.object({ code: z.literal('not_processed') }) });

/** The acquirer refuses the request itself and promises that nothing was done. Asking again would be refused again. */
const refusalSchema = z.object({ error: z.object({ code: z.string().min(1), message: z.string() }) });
const refusingStatuses = [400, 422];

/** What an HTTP response of the acquirer says. */
export function readAnswer(status: number, text: string): FindAnswer {
  const body = parseJson(text);
  if (status === 404) return { type: 'nothing_found' };
  if (status === 503 && notProcessedSchema.safeParse(body).success) {
    return { type: 'not_sent', reason: 'the acquirer promises that nothing was done (503 not_processed)' };
  }
  const refusal = refusalSchema.safeParse(body);
  if (refusingStatuses.includes(status) && refusal.success) {
    const { code, message } = refusal.data.error;
    return { type: 'declined', code: 'request_refused', acquirerCode: code, message };
  }
  const answer = status === 200 ? agreedAnswer(body) : undefined;
  return answer ?? { type: 'unknown', reason: `no agreed answer (HTTP ${status})` };
}

/** What an HTTP response says of evidence for this dispute. */
export function readEvidenceAnswer(dispute: string, status: number, text: string): EvidenceAnswer {
  const accepted = z.object({ status: z.literal('approved'), disputeId: z.literal(dispute) });
  if (status === 200 && accepted.safeParse(parseJson(text)).success) return { type: 'accepted' };
  const answer = readAnswer(status, text);
  switch (answer.type) {
    case 'declined':
      return { type: 'refused', reason: `${answer.acquirerCode}: ${answer.message}` };
    case 'not_sent':
    case 'unknown':
      return answer;
    // It told us of the dispute, so a denial is a mistake that may pass.
    case 'nothing_found':
      return { type: 'unknown', reason: 'the acquirer answered 404' };
    default:
      return { type: 'unknown', reason: 'the answer is not about this evidence' };
  }
}

/** The answer in a body, be it of a response or of a callback. Undefined when it is not as agreed. */
export function agreedAnswer(body: unknown): AcquirerAnswer | undefined {
  const parsed = answerSchema.safeParse(body);
  if (!parsed.success) return undefined;
  const answer = parsed.data;
  switch (answer.status) {
    case 'declined': {
      const { declineCode: acquirerCode, message } = answer;
      return { type: 'declined', code: ourCodeOf(acquirerCode), acquirerCode, message };
    }
    case 'action_required':
      return { type: 'action_required', reference: answer.authorizationId, redirectUrl: answer.redirectUrl };
    case 'approved':
      return {
        type: 'approved',
        reference: referenceOf(answer) ?? '',
        amountMinor: answer.amountMinor === undefined ? null : BigInt(answer.amountMinor),
        expiresAt: answer.expiresAt === undefined ? null : new Date(answer.expiresAt),
      };
  }
}

/** There was no response: what was asked may or may not have arrived. */
export type NoAnswer = Extract<AcquirerAnswer, { type: 'not_sent' | 'unknown' }>;

export function answerOfFailure(error: unknown): NoAnswer {
  const reason = error instanceof Error ? error.message : String(error);
  return neverConnected(error) ? { type: 'not_sent', reason } : { type: 'unknown', reason };
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type Named = 'authorizationId' | 'increaseId' | 'captureId' | 'voidId' | 'refundId';

/** What was done is named more closely than the authorization that it was done to. */
function referenceOf(answer: { readonly [name in Named]?: string | undefined }): string | undefined {
  return answer.increaseId ?? answer.captureId ?? answer.voidId ?? answer.refundId ?? answer.authorizationId;
}

/** The sandbox speaks our own codes. */
function ourCodeOf(code: string): DeclineCode {
  return isDeclineCode(code) ? code : 'generic_decline';
}
