import type { Call, Mutation } from '../load/history.ts';
import type { Finding } from './finding.ts';
import type { PaymentRow, Row } from './payments.ts';
import { uuidIn } from './type-id.ts';
import { acceptedIn, isDefinite, isOpen, wishesIn, type Wish } from './wishes.ts';
import { checkWords } from './words.ts';

/** What the client was promised against what there is: acknowledged exactly once, refused never, unknown one or the other. */
export function checkPromises(rows: readonly PaymentRow[], history: readonly Call[]): Finding[] {
  const wishes = wishesIn(history);
  const payments = new Map(rows.map((row) => [row.id, row]));
  return [
    ...wishes.flatMap(checkReplays),
    ...checkCreations(wishes, payments),
    ...checkFollowUps(wishes, payments, 'capturePayment', ({ captures, manual }) => (manual ? captures : [])),
    ...checkFollowUps(wishes, payments, 'increaseAuthorization', ({ increases }) => increases),
    ...checkFollowUps(wishes, payments, 'refundPayment', ({ refunds }) => refunds),
    ...checkVoids(wishes, payments),
    ...checkWords(wishes, rows),
  ];
}

/** Whatever was asked under one key, and of whichever API: all answers are one answer, and all but the first say that they repeat. */
function checkReplays({ key, mutation, calls }: Wish): Finding[] {
  const definite = calls.filter(({ answer }) => isDefinite(answer));
  const answers = new Set(definite.map(({ answer }) => JSON.stringify(answer)));
  const check = 'replays equal their originals';
  if (answers.size > 1) {
    const what = `${mutation} ${key} was answered in ${answers.size} ways: ${[...answers].join(' and ')}`;
    return [{ harm: 'wrong', check, what }];
  }
  // People have no keys: the API cannot know that it hears the same person again, and what was decided is decided.
  if (mutation === 'decideReview') return [];
  const firsts = definite.filter(({ answer, replayed }) => answer.kind === 'accepted' && !replayed).length;
  if (firsts <= 1) return [];
  return [{ harm: 'doubled', check, what: `${mutation} ${key} was accepted ${firsts} times as if for the first time` }];
}

function checkCreations(wishes: readonly Wish[], payments: ReadonlyMap<string, PaymentRow>): Finding[] {
  const found: Finding[] = [];
  const created = wishes.filter(({ mutation }) => mutation === 'createPayment');
  const byReference = Map.groupBy(payments.values(), (payment) => payment.reference);
  for (const wish of created) {
    const accepted = acceptedIn(wish);
    if (accepted === undefined) continue;
    const payment = payments.get(uuidIn(accepted.paymentId));
    const { amount, source, reference } = wish.input as {
      amount: { minor: number; currency: string };
      source: { cardToken: string };
      reference: string;
    };
    const check = 'what was accepted is there';
    if (payment === undefined) found.push({ harm: 'lost', check, what: `${accepted.paymentId} (${reference})` });
    else if (
      payment.amount !== String(amount.minor) ||
      payment.currency !== amount.currency ||
      payment.reference !== reference ||
      payment.card_token !== source.cardToken
    ) {
      found.push({ harm: 'wrong', check, what: `asked ${JSON.stringify(wish.input)}, got ${JSON.stringify(payment)}` });
    }
  }
  for (const [reference, asked] of Map.groupBy(created, ({ input }) => String(input['reference']))) {
    const there = byReference.get(reference)?.length ?? 0;
    const accepted = new Set(asked.flatMap((wish) => acceptedIn(wish)?.paymentId ?? [])).size;
    const most = accepted + asked.filter(isOpen).length;
    if (there <= most) continue;
    const what = `${there} payments for ${reference}, where ${accepted} were accepted and ${most - accepted} are not known`;
    found.push({ harm: 'doubled', check: 'nothing is there that was not asked for', what });
  }
  const known = new Set(created.map(({ input }) => String(input['reference'])));
  for (const [reference, { length }] of byReference) {
    if (known.has(reference)) continue;
    found.push({ harm: 'wrong', check: 'nothing is there that was not asked for', what: `${length} for ${reference}` });
  }
  return found;
}

function checkFollowUps(
  wishes: readonly Wish[],
  payments: ReadonlyMap<string, PaymentRow>,
  mutation: 'capturePayment' | 'increaseAuthorization' | 'refundPayment',
  rowsOf: (payment: PaymentRow) => readonly Row[],
): Finding[] {
  const found: Finding[] = [];
  for (const [id, ofPayment] of askedOf(wishes, payments, mutation)) {
    const payment = payments.get(id);
    const rows = new Map((payment === undefined ? [] : rowsOf(payment)).map((row) => [row.id, row]));
    const promised = new Set<string>();
    for (const wish of ofPayment) {
      const operation = acceptedIn(wish)?.operationId;
      if (operation === undefined || operation === null) continue;
      const check = 'what was accepted is there';
      // Two wishes were accepted, and both are said to be this one.
      if (promised.has(operation)) found.push({ harm: 'lost', check, what: `another ${operation}`, payment: id });
      promised.add(operation);
      const row = rows.get(uuidIn(operation));
      const wanted = (wish.input['amount'] as { minor: number } | undefined)?.minor;
      if (row === undefined) found.push({ harm: 'lost', check, what: operation, payment: id });
      else if (wanted !== undefined && row.amount !== String(wanted)) {
        found.push({ harm: 'wrong', check, what: `${operation}: asked ${wanted}, got ${row.amount}`, payment: id });
      }
    }
    const most = promised.size + ofPayment.filter(isOpen).length;
    if (rows.size <= most) continue;
    const what = `${rows.size} by ${mutation}, where ${promised.size} were accepted and ${most - promised.size} are not known`;
    found.push({ harm: 'doubled', check: 'nothing is there that was not asked for', what, payment: id });
  }
  return found;
}

/** Voiding what is void already is done without a trace, so several acknowledged voids may be one. */
function checkVoids(wishes: readonly Wish[], payments: ReadonlyMap<string, PaymentRow>): Finding[] {
  return [...askedOf(wishes, payments, 'voidPayment')].flatMap(([payment, ofPayment]): Finding[] => {
    const there = payments.get(payment)?.voids ?? 0;
    const accepted = ofPayment.filter((wish) => acceptedIn(wish) !== undefined).length;
    const most = accepted + ofPayment.filter(isOpen).length;
    const what = `${there} voids, where ${accepted} were accepted and ${most - accepted} are not known`;
    if (there > most) return [{ harm: 'doubled', check: 'nothing is there that was not asked for', what, payment }];
    return accepted > 0 && there === 0 ? [{ harm: 'lost', check: 'what was accepted is there', what, payment }] : [];
  });
}

/** What was asked of each payment. Of those that are there and were asked for nothing it is nothing. */
function askedOf(
  wishes: readonly Wish[],
  payments: ReadonlyMap<string, PaymentRow>,
  mutation: Mutation,
): Map<string, readonly Wish[]> {
  const asked = wishes.filter((wish) => wish.mutation === mutation);
  return new Map<string, readonly Wish[]>([
    ...[...payments.keys()].map((id) => [id, []] as const),
    ...Map.groupBy(asked, ({ input }) => uuidIn(String(input['paymentId']))),
  ]);
}
