import { Injectable } from '@nestjs/common';
import { Chance } from '../chance.ts';
import { PublicAddress } from '../process/public-address.ts';
import type { RecordTransaction } from '../stores/record-transaction.ts';
import type { Idleness, Move } from '../tokens/script.ts';
import { consequencesOf } from './consequences.ts';
import type { Consequences } from './consequences.ts';
import { decide } from './decide.ts';
import type { Work } from './decide.ts';
import type { Decision } from './decision.ts';

/** What is to be written down of one piece of work. */
export interface Judged {
  readonly decision: Decision;
  readonly consequences: Consequences;
}

/** What an acquirer decides about work whose rows are locked, and what follows from that by itself. */
@Injectable()
export class Judgement {
  constructor(
    private readonly chance: Chance,
    private readonly publicAddress: PublicAddress,
  ) {}

  of(work: Work, move: Exclude<Move, Idleness>, at: Date): Judged {
    const decision = decide(work, move, { chance: this.chance, at, publicUrl: this.publicAddress.url });
    return { decision, consequences: consequencesOf(work, decision, this.chance) };
  }
}

/** What follows, in the transaction of what it follows from. */
export function writeDown(tx: RecordTransaction, work: Work, consequences: Consequences): void {
  const { callbacks, challenge, dispute, callsOffExpiry } = consequences;
  if (challenge !== null) tx.openChallenge(challenge);
  if (callsOffExpiry && work.operation !== 'authorize') {
    tx.withdrawCallbacks(work.request.acquirer, work.hold.authorizationId, 'authorization.expired');
  }
  if (dispute !== null) tx.openDispute(dispute);
  for (const callback of callbacks) tx.writeCallback(callback);
}
