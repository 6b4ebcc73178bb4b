import { termsOf } from '#contracts';
import {
  captured,
  captureRefused,
  expired,
  expiring,
  increased,
  increaseRefused,
  invariant,
  refunded,
  refundRefused,
  voided,
  voidRefused,
  type SagaCommand,
} from '#domain';
import type { SagaTurn } from './saga-turn.ts';

/** What became of a capture, refund or increase of the hold. */
export type MovementEnding = Extract<
  SagaCommand,
  { type: `${'complete' | 'refuse'}_${'capture' | 'refund' | 'increase'}` }
>;

export function endMovement(turn: SagaTurn, command: MovementEnding): void {
  invariant(turn.movement !== undefined, 'a capture, refund or increase ends with its row');
  const { id, amountMinor, final } = turn.movement;
  const amount = Number(amountMinor);
  turn.movementEnd = command.type.startsWith('complete') ? 'succeeded' : 'failed';
  switch (command.type) {
    case 'complete_capture': {
      turn.payment = captured(turn.payment, amountMinor, final);
      const { acquirer } = turn.attemptFact();
      const data = { captureId: id, amount, final, acquirer, terms: termsOf(turn.payment) };
      turn.facts.push({ type: 'payment.captured', data });
      return;
    }
    case 'refuse_capture': {
      const before = turn.payment.balance.voided;
      turn.payment = captureRefused(turn.payment, amountMinor, final);
      // The hold of an automatic capture is about to be given back, and nobody may take from it or release it beside us.
      if (turn.saga.kind === 'charge') turn.payment = expiring(turn.payment);
      const data = { captureId: id, amount, declineCode: command.declineCode };
      turn.facts.push({ type: 'payment.capture_failed', data });
      tellOfRelease(turn, turn.payment.state === 'expired' ? 'payment.expired' : 'payment.voided', before);
      return;
    }
    case 'complete_refund': {
      turn.payment = refunded(turn.payment, amountMinor);
      const data = { refundId: id, amount, acquirer: turn.attemptFact().acquirer };
      turn.facts.push({ type: 'payment.refunded', data });
      return;
    }
    case 'refuse_refund': {
      turn.payment = refundRefused(turn.payment, amountMinor);
      const data = { refundId: id, amount, declineCode: command.declineCode };
      turn.facts.push({ type: 'payment.refund_failed', data });
      return;
    }
    case 'complete_increase':
      turn.payment = increased(turn.payment, amountMinor);
      turn.enlarged = true;
      turn.facts.push({ type: 'payment.increased', data: { increaseId: id, amount } });
      return;
    case 'refuse_increase':
      turn.payment = increaseRefused(turn.payment, amountMinor);
      turn.facts.push({
        type: 'payment.increase_failed',
        data: { increaseId: id, amount, declineCode: command.declineCode },
      });
      return;
  }
}

/** Ends the hold: what was released is the difference. */
export function endHold(turn: SagaTurn, type: 'payment.voided' | 'payment.expired'): void {
  const before = turn.payment.balance.voided;
  turn.payment = type === 'payment.voided' ? voided(turn.payment) : expired(turn.payment);
  tellOfRelease(turn, type, before);
}

function tellOfRelease(turn: SagaTurn, type: 'payment.voided' | 'payment.expired', voidedBefore: bigint): void {
  const released = Number(turn.payment.balance.voided - voidedBefore);
  if (released > 0) turn.facts.push({ type, data: { released } });
}

export function keepHold(turn: SagaTurn, declineCode: string): void {
  turn.payment = voidRefused(turn.payment);
  turn.facts.push({ type: 'payment.void_failed', data: { declineCode } });
}
