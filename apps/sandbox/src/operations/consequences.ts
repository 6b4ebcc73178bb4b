import type { Callback } from '../callbacks/callback.ts';
import {
  authorizationExpired,
  disputeClosed,
  disputeOpened,
  fraudWarning,
  operationDecided,
} from '../callbacks/callback.ts';
import type { Chance } from '../chance.ts';
import type { Challenge } from '../challenges/challenge.ts';
import type { Dispute } from '../disputes/dispute.ts';
import { aftermathOf } from '../tokens/test-tokens.ts';
import type { Work } from './decide.ts';
import { after } from './decision.ts';
import type { Decision } from './decision.ts';

/** Long enough for a caller to see the capture first, short enough to watch. */
const troubleAfterMs = 3_000;
/** What is left to the merchant when the dispute has opened: a week. */
const evidenceTimeMs = 7 * 24 * 3_600 * 1_000;

/** What follows from an operation by itself, later. It is written down in the operation's transaction. */
export interface Consequences {
  readonly callbacks: readonly Callback[];
  /** What the customer has to answer. */
  readonly challenge: Challenge | null;
  readonly dispute: Dispute | null;
  /** The hold is over before it could expire. */
  readonly callsOffExpiry: boolean;
}

const nothing: Consequences = { callbacks: [], challenge: null, dispute: null, callsOffExpiry: false };

export function consequencesOf(work: Work, decision: Decision, chance: Chance): Consequences {
  if (decision.answer.status === 'action_required' && work.operation === 'authorize') {
    const { operation: _, ...asked } = work.request;
    return { ...nothing, challenge: { ...asked, authorizationId: decision.answer.authorizationId, state: 'pending' } };
  }
  if (decision.effect === null) return nothing;
  switch (work.operation) {
    case 'authorize':
      return { ...nothing, callbacks: afterAuthorization(work, decision, chance) };
    case 'capture': {
      const isRest = work.hold.capturedMinor + work.request.amountMinor === work.hold.heldMinor;
      const callsOffExpiry = work.hold.expiresAt !== null && (isRest || work.request.final);
      const isFirst = work.hold.capturedMinor === 0;
      return { ...(isFirst ? afterFirstCapture(work, decision, chance) : nothing), callsOffExpiry };
    }
    case 'void':
      return { ...nothing, callsOffExpiry: work.hold.expiresAt !== null };
    case 'increase':
    case 'refund':
      return nothing;
  }
}

type WorkOn<Operation extends Work['operation']> = Extract<Work, { operation: Operation }>;

function afterAuthorization({ request }: WorkOn<'authorize'>, decision: Decision, chance: Chance): Callback[] {
  const { effect, answer, decidedAt, expiresAt } = decision;
  if (effect === null) return [];
  const subject = { ...request, authorizationId: effect.authorizationId };
  const callbacks: Callback[] = [];
  const { callsBack = 0 } = aftermathOf(request.cardToken);
  for (let nth = 1; nth <= callsBack; nth += 1) {
    callbacks.push(operationDecided(subject, answer, nth, decidedAt, chance));
  }
  if (expiresAt !== null) callbacks.push(authorizationExpired(subject, expiresAt, chance));
  return callbacks;
}

function afterFirstCapture({ request, hold }: WorkOn<'capture'>, decision: Decision, chance: Chance): Consequences {
  const { acquirer, amountMinor } = request;
  const { authorizationId, reference, currency } = hold;
  const subject = { acquirer, authorizationId, reference };
  const at = after(decision.decidedAt, troubleAfterMs);
  switch (aftermathOf(hold.cardToken).captureLeadsTo) {
    case undefined:
      return nothing;
    case 'fraud_warning':
      return { ...nothing, callbacks: [fraudWarning(subject, at, chance)] };
    case 'dispute': {
      const disputeId = chance.identifier('dspt', acquirer, request.key);
      const evidenceDueAt = after(at, evidenceTimeMs);
      const dispute: Dispute = {
        ...subject,
        disputeId,
        opensAt: at,
        evidenceDueAt,
        evidence: null,
        closesAt: evidenceDueAt,
      };
      const opened = disputeOpened(subject, { disputeId, amountMinor, currency, evidenceDueAt }, at, chance);
      const lost = { disputeId, outcome: 'lost', because: 'silence' } as const;
      return { ...nothing, dispute, callbacks: [opened, disputeClosed(subject, lost, evidenceDueAt, chance)] };
    }
  }
}
