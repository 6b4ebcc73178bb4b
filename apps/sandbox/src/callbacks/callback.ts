import type { Chance } from '../chance.ts';
import type { AcquirerName, Answer, OperationKind } from '../operations/operation.ts';

/** What an acquirer tells unasked. */
export type CallbackType =
  | 'operation.decided'
  | 'authorization.expired'
  | 'dispute.opened'
  | 'dispute.closed'
  | 'fraud.warning';

/** One thing to be told, from the moment that it happens until somebody has taken it. */
export interface Callback {
  readonly id: string;
  readonly acquirer: AcquirerName;
  readonly authorizationId: string;
  readonly type: CallbackType;
  /** As it is signed and sent, every time. */
  readonly body: string;
  readonly happensAt: Date;
}

/** The authorization that something is told about. */
export interface Subject {
  readonly acquirer: AcquirerName;
  readonly authorizationId: string;
  readonly reference: string;
}

interface Dispute {
  readonly disputeId: string;
}

interface Decided {
  readonly acquirer: AcquirerName;
  readonly key: string;
  readonly operation: OperationKind;
  readonly authorizationId: string;
}

/** `nth` tells apart what is told twice. */
export function operationDecided(decided: Decided, answer: Answer, nth: number, at: Date, chance: Chance): Callback {
  const { acquirer, key, operation, authorizationId } = decided;
  const data = { idempotencyKey: key, operation, ...answer };
  return callback({ acquirer, authorizationId }, 'operation.decided', data, at, [key, String(nth)], chance);
}

export function authorizationExpired(of: Subject, at: Date, chance: Chance): Callback {
  return callback(of, 'authorization.expired', aboutOf(of), at, [], chance);
}

export function disputeOpened(
  of: Subject,
  dispute: Dispute & { readonly amountMinor: number; readonly currency: string; readonly evidenceDueAt: Date },
  at: Date,
  chance: Chance,
): Callback {
  const { disputeId, amountMinor, currency, evidenceDueAt } = dispute;
  const claim = { amountMinor, currency, reason: 'fraudulent', evidenceDueAt: evidenceDueAt.toISOString() };
  return callback(of, 'dispute.opened', { disputeId, ...aboutOf(of), ...claim }, at, [disputeId], chance);
}

export function disputeClosed(
  of: Subject,
  {
    disputeId,
    outcome,
    because,
  }: Dispute & { readonly outcome: 'won' | 'lost'; readonly because: 'silence' | 'evidence' },
  at: Date,
  chance: Chance,
): Callback {
  return callback(of, 'dispute.closed', { disputeId, ...aboutOf(of), outcome }, at, [disputeId, because], chance);
}

export function fraudWarning(of: Subject, at: Date, chance: Chance): Callback {
  const data = { ...aboutOf(of), reason: 'The issuer was told by the cardholder that the card was used by another.' };
  return callback(of, 'fraud.warning', data, at, [], chance);
}

function aboutOf({ authorizationId, reference }: Subject) {
  return { authorizationId, reference };
}

/** The id follows from what is told, so that it is the same on every machine. */
function callback(
  { acquirer, authorizationId }: Omit<Subject, 'reference'>,
  type: CallbackType,
  data: object,
  happensAt: Date,
  words: readonly string[],
  chance: Chance,
): Callback {
  const id = chance.identifier('cb', acquirer, authorizationId, type, ...words);
  const body = JSON.stringify({ id, type, createdAt: happensAt.toISOString(), data });
  return { id, acquirer, authorizationId, type, body, happensAt };
}
