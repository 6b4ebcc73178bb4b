import type { Money } from '../money/money.ts';
import { invariant } from '../primitives/invariant.ts';
import { err, ok, type Result } from '../primitives/result.ts';
import type { DisputeId } from '../primitives/type-id.ts';
import { inCurrencyOf, type Balance, type Payment } from './payment.ts';

export type DisputeStatus = 'opened' | 'evidence_submitted' | 'won' | 'lost';
export type DisputeEvent = 'submit_evidence' | 'win' | 'lose';

/**
 * Read a row as: in this status, on that event, go there. A missing cell is an illegal move. Evidence is handed in once: an
 * outcome must not depend on which of two texts was read. Without evidence a dispute may still be won: issuers give up, too.
 */
export const disputeTransitions = {
  opened: { submit_evidence: 'evidence_submitted', win: 'won', lose: 'lost' },
  evidence_submitted: { win: 'won', lose: 'lost' },
  won: {},
  lost: {},
} as const satisfies Record<DisputeStatus, Partial<Record<DisputeEvent, DisputeStatus>>>;

export type DisputeOutcome = 'won' | 'lost';

/** The cardholder asks the issuer for the money of a capture. */
export interface Dispute {
  readonly id: DisputeId;
  readonly acquirer: string;
  /** The acquirer's id of it, unique there. */
  readonly acquirerDispute: string;
  readonly amount: Money;
  /** Why, in the words of the acquirer. */
  readonly reason: string;
  readonly status: DisputeStatus;
  /** Evidence that comes later is not looked at. */
  readonly evidenceDueAt: Date;
  readonly openedAt: Date;
  /** Null until it is won or lost. */
  readonly closedAt: Date | null;
}

/** A dispute with its payment as both stand afterwards. */
export interface DisputedPayment {
  readonly payment: Payment;
  readonly dispute: Dispute;
}

/** What an acquirer says of a dispute and what cannot be true of the payment as we know it. */
export type DisputeContradiction =
  | { readonly code: 'dispute_in_other_currency'; readonly expected: string }
  | { readonly code: 'dispute_exceeds_capture'; readonly available: Money }
  | { readonly code: 'dispute_closed_otherwise'; readonly status: DisputeStatus };

export type EvidenceRejection =
  | { readonly code: 'dispute_takes_no_evidence'; readonly dispute: Dispute }
  | { readonly code: 'evidence_overdue'; readonly dispute: Dispute };

/**
 * Sets the amount aside. What was refunded before may be disputed all the same; what counts is what was captured, or may have
 * been while the answer is still out. `outcome`: how it ended, where that was told before. What was won by the merchant may
 * have been disputed again since, and is not counted twice.
 */
export function openDispute(
  payment: Payment,
  told: Omit<Dispute, 'status' | 'closedAt'>,
  outcome?: DisputeOutcome,
): Result<DisputedPayment, DisputeContradiction> {
  const { currency } = payment.amount;
  if (told.amount.currency !== currency) return err({ code: 'dispute_in_other_currency', expected: currency });
  const { captured, capturePending, disputed, chargedBack } = payment.balance;
  const available = captured + capturePending - (outcome === 'won' ? 0n : disputed + chargedBack);
  if (told.amount.minor > available) {
    return err({ code: 'dispute_exceeds_capture', available: inCurrencyOf(payment, available) });
  }
  const balance = { ...payment.balance, disputed: disputed + told.amount.minor };
  return ok({ payment: { ...payment, balance }, dispute: { ...told, status: 'opened', closedAt: null } });
}

/** Won: the amount is free again. Lost: the cardholder has it. The same outcome again changes nothing. */
export function closeDispute(
  payment: Payment,
  dispute: Dispute,
  outcome: DisputeOutcome,
  now: Date,
): Result<DisputedPayment, DisputeContradiction> {
  if (dispute.status === outcome) return ok({ payment, dispute });
  if (dispute.closedAt !== null) return err({ code: 'dispute_closed_otherwise', status: dispute.status });
  const { minor } = dispute.amount;
  const before = payment.balance;
  const balance: Balance = {
    ...before,
    disputed: before.disputed - minor,
    chargedBack: outcome === 'lost' ? before.chargedBack + minor : before.chargedBack,
  };
  const status = nextDisputeStatus(dispute.status, outcome === 'won' ? 'win' : 'lose');
  return ok({ payment: { ...payment, balance }, dispute: { ...dispute, status, closedAt: now } });
}

export function submitEvidence(dispute: Dispute, now: Date): Result<Dispute, EvidenceRejection> {
  if (dispute.status !== 'opened') return err({ code: 'dispute_takes_no_evidence', dispute });
  if (now > dispute.evidenceDueAt) return err({ code: 'evidence_overdue', dispute });
  return ok({ ...dispute, status: nextDisputeStatus(dispute.status, 'submit_evidence') });
}

function nextDisputeStatus(status: DisputeStatus, event: DisputeEvent): DisputeStatus {
  const row: Partial<Record<DisputeEvent, DisputeStatus>> = disputeTransitions[status];
  const next = row[event];
  invariant(next !== undefined, `a dispute that is ${status} cannot ${event}`);
  return next;
}
