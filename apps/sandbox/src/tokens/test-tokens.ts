import type { Approval, Script } from './script.ts';
import { approve, approveSilently, challenge, decline, notProcessed } from './script.ts';

/** Shorter than any caller's patience with an unknown outcome, longer than its first question. */
const truthFindableAfterMs = 2_000;
/** Long enough that a caller who takes the first "not found" for an answer is wrong. */
const lateApprovalFindableAfterMs = 10_000;
/** Noticeable, and below the 5 s that the orchestrator waits for an answer. */
const slowAnswerAfterMs = 3_000;
/** Two failures tell a caller who tries again from one who tries once more. */
const flakyCalls = 2;

/** Long enough to capture in time on a busy machine, short enough to watch a hold end. */
const holdEndsAfterMs = 5_000;
/** Once says it, twice is the repetition that a receiver has to see through. */
const callsBackTwice = 2;

const approveSlowly: Approval = { ...approve, answerAfterMs: slowAnswerAfterMs, findableAfterMs: slowAnswerAfterMs };

/** What happens by itself after a card's operations. */
export interface Aftermath {
  /** How often the approval of the authorization is called back although it was answered. */
  readonly callsBack?: number;
  /** When the hold ends by itself, in milliseconds after the approval. */
  readonly holdEndsAfterMs?: number;
  /** What follows the first capture. */
  readonly captureLeadsTo?: 'dispute' | 'fraud_warning';
}

interface TokenScript {
  readonly authorize?: Script;
  readonly increase?: Script;
  readonly capture?: Script;
  readonly void?: Script;
  readonly refund?: Script;
  readonly afterwards?: Aftermath;
}

/** Read a row as: this card, on that operation, does so. What a row does not name is approved plainly and at once. */
const scripts = {
  tok_visa: {},
  tok_mastercard: {},
  tok_amex: {},
  tok_declined: { authorize: { move: decline('generic_decline', 'soft') } },
  tok_insufficient_funds: { authorize: { move: decline('insufficient_funds', 'soft') } },
  tok_lost_card: { authorize: { move: decline('lost_card', 'hard') } },
  tok_stolen_card: { authorize: { move: decline('stolen_card', 'hard') } },
  tok_expired_card: { authorize: { move: decline('expired_card', 'hard') } },
  tok_incorrect_cvc: { authorize: { move: decline('incorrect_cvc', 'hard') } },
  tok_processing_error: {
    authorize: { opening: { at: 'first_acquirer', move: decline('processing_error', 'soft') }, move: approve },
  },
  tok_not_sent: { authorize: { opening: { at: 'first_acquirer', move: notProcessed }, move: approve } },
  tok_flaky: { authorize: { opening: { at: { firstCalls: flakyCalls }, move: notProcessed }, move: approve } },
  tok_slow: { authorize: { move: approveSlowly } },
  tok_timeout_charged: { authorize: { move: approveSilently(truthFindableAfterMs) } },
  tok_timeout_not_charged: { authorize: { move: { does: 'nothing', tells: 'never' } } },
  tok_late_approval: { authorize: { move: approveSilently(lateApprovalFindableAfterMs) } },
  tok_increase_declined: { increase: { move: decline('insufficient_funds', 'soft') } },
  tok_increase_timeout: { increase: { move: approveSilently(truthFindableAfterMs) } },
  tok_capture_declined: { capture: { move: decline('capture_declined', 'hard') } },
  tok_capture_timeout: { capture: { move: approveSilently(truthFindableAfterMs) } },
  tok_void_flaky: { void: { opening: { at: { firstCalls: flakyCalls }, move: notProcessed }, move: approve } },
  tok_refund_declined: { refund: { move: decline('refund_declined', 'hard') } },
  tok_refund_timeout: { refund: { move: approveSilently(truthFindableAfterMs) } },
  tok_wrong_amount: { authorize: { move: { ...approve, amount: 'another' } } },
  tok_garbage: { authorize: { move: { ...approve, tells: 'garbled' } } },
  tok_duplicate_answer: { afterwards: { callsBack: callsBackTwice } },
  tok_auth_expires: { afterwards: { holdEndsAfterMs } },
  tok_3ds_required: { authorize: { move: challenge } },
  tok_disputed: { afterwards: { captureLeadsTo: 'dispute' } },
  tok_early_warning: { afterwards: { captureLeadsTo: 'fraud_warning' } },
  // The acquirer approves these two; the fraud service is the one that acts on them.
  tok_high_risk: {},
  tok_review: {},
} as const satisfies Record<string, TokenScript>;

export type TestToken = keyof typeof scripts;

/** Own keys only, so that `constructor` is not a card. */
export function isTestToken(token: string): token is TestToken {
  return Object.hasOwn(scripts, token);
}

export function scriptOf(token: TestToken, operation: Exclude<keyof TokenScript, 'afterwards'>): Script {
  const script: TokenScript = scripts[token];
  return script[operation] ?? { move: approve };
}

export function aftermathOf(token: TestToken): Aftermath {
  const script: TokenScript = scripts[token];
  return script.afterwards ?? {};
}
