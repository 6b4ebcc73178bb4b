import type { Finding } from './finding.ts';
import type { PaymentRow } from './payments.ts';
import { uuidIn } from './type-id.ts';
import { acceptedIn, isOpen, type Wish } from './wishes.ts';

/**
 * Evidence about a dispute, or a person's decision about a payment in review. The first word stands, so that of several one at
 * most is there; and it is known again by its text, which nobody says twice.
 */
interface Word {
  /** UUID of what it is about. */
  readonly subject: string;
  readonly text: string;
  /** What whoever was accepted may count on: that this stands, in these words or in those of somebody who said the same before. */
  readonly verdict: string;
}

interface WordThere extends Word {
  readonly payment: string;
}

interface WordSaid extends Word {
  readonly wish: Wish;
}

/** Of what was accepted the verdict stands, once; what was refused is not there; what nobody knows may be. */
export function checkWords(wishes: readonly Wish[], payments: Iterable<PaymentRow>): Finding[] {
  const rows = [...payments];
  return [
    ...compare(wishes.flatMap(evidenceIn), rows.flatMap(evidenceThere)),
    ...compare(wishes.flatMap(decisionIn), rows.flatMap(decisionsThere)),
  ];
}

function compare(said: readonly WordSaid[], there: readonly WordThere[]): Finding[] {
  const found: Finding[] = [];
  const spoken = Map.groupBy(said, ({ subject }) => subject);
  const standing = Map.groupBy(there, ({ subject }) => subject);
  for (const [subject, words] of standing) {
    const check = 'nothing is there that was not asked for';
    for (const { text, payment } of words) {
      const same = spoken.get(subject)?.filter((word) => word.text === text) ?? [];
      const what = `"${text}" about ${subject}`;
      if (same.length === 0) found.push({ harm: 'wrong', check, what: `${what}, and nobody said it`, payment });
      else if (!same.some(({ wish }) => acceptedIn(wish) !== undefined || isOpen(wish))) {
        found.push({ harm: 'doubled', check, what: `${what}, which was refused`, payment });
      }
    }
    const [first] = words;
    if (words.length === 1 || first === undefined) continue;
    const what = `${words.length} words about ${subject}, where the first one stands`;
    found.push({ harm: 'doubled', check, what, payment: first.payment });
  }
  for (const { subject, text, verdict, wish } of said) {
    const accepted = acceptedIn(wish);
    if (accepted === undefined || standing.get(subject)?.some((word) => word.verdict === verdict)) continue;
    const payment = uuidIn(accepted.paymentId);
    found.push({ harm: 'lost', check: 'what was accepted is there', what: `"${text}" about ${subject}`, payment });
  }
  return found;
}

function evidenceIn(wish: Wish): WordSaid[] {
  if (wish.mutation !== 'submitDisputeEvidence') return [];
  const { disputeId, text } = wish.input as { disputeId: string; text: string };
  return [{ subject: uuidIn(disputeId), text, verdict: text, wish }];
}

function evidenceThere({ id: payment, evidence }: PaymentRow): WordThere[] {
  return evidence.map(({ dispute, text }) => ({ subject: dispute, text, verdict: text, payment }));
}

function decisionIn(wish: Wish): WordSaid[] {
  if (wish.mutation !== 'decideReview') return [];
  const { paymentId, decision, reason } = wish.input as { paymentId: string; decision: string; reason: string };
  return [{ subject: uuidIn(paymentId), text: reason, verdict: decision.toLowerCase(), wish }];
}

function decisionsThere({ id: payment, decisions }: PaymentRow): WordThere[] {
  return decisions.map(({ decision, reason }) => ({ subject: payment, text: reason, verdict: decision, payment }));
}
