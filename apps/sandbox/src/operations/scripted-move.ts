import type { RecordTransaction } from '../stores/record-transaction.ts';
import type { Move } from '../tokens/script.ts';
import { scriptOf } from '../tokens/test-tokens.ts';
import type { TestToken } from '../tokens/test-tokens.ts';
import type { Work } from './decide.ts';

/** What the card's script has for this call. Only an opening depends on what was asked before, so only an opening is counted. */
export async function scriptedMove(tx: RecordTransaction, work: Work): Promise<Move> {
  const { cardToken, subject } = castOf(work);
  const { opening, move } = scriptOf(cardToken, work.operation);
  if (opening === undefined) return move;

  const { acquirer } = work.request;
  const asked = await tx.countAsking(work.operation, subject, acquirer);
  const opens =
    opening.at === 'first_acquirer' ? asked.firstAcquirer === acquirer : asked.times <= opening.at.firstCalls;
  return opens ? opening.move : move;
}

/**
 * The card that sets the script, and what its calls are counted by: a payment's reference rather than a key, since a
 * caller tries again with a new attempt, at another acquirer too.
 */
function castOf(work: Work): { cardToken: TestToken; subject: string } {
  switch (work.operation) {
    case 'authorize':
      return { cardToken: work.request.cardToken, subject: `${work.request.cardToken} ${work.request.reference}` };
    case 'increase':
    case 'capture':
    case 'void':
    case 'refund':
      return { cardToken: work.hold.cardToken, subject: work.hold.authorizationId };
  }
}
