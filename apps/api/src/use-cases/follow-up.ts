import { Inject, Injectable } from '@nestjs/common';
import {
  allowedActions,
  statusOf,
  uuidOf,
  type Clock,
  type Id,
  type Ids,
  type MerchantId,
  type Payment,
  type PaymentId,
  type RequestRejection,
} from '#domain';
import type { UnitOfWork } from '#persistence';
import { CLOCK, IDS, RESERVED_UNIT_OF_WORK } from '#runtime';
import type { ApiStores, ApiTx } from '../stores/api-stores.ts';
import type { KeyUse } from '../stores/idempotency-store.ts';
import { OutcomeWaiters } from '../waiting/outcome-waiters.ts';
import { refused, type Answer, type Refusal } from './answer.ts';

export interface FollowUpCommand {
  readonly use: KeyUse;
  readonly merchantId: MerchantId;
  readonly paymentId: PaymentId;
  readonly awaitOutcomeMs: number;
}

/** What a follow-up decides under the payment's lock: an effect that it has written, or why not. */
export type FollowUpDecision =
  | { readonly ok: true; readonly operationId: Id<'cap'> | Id<'ref'> | Id<'inc'> | Id<'dsp'> | null }
  | { readonly ok: false; readonly refusal: Refusal };

export interface FollowUpParts {
  readonly tx: ApiTx;
  readonly payment: Payment;
  readonly ids: Ids;
  readonly now: Date;
}

/** Somebody used the key for another payment between our look and our write; the next look sees it. */
class KeyTaken extends Error {}

/**
 * What capture, void, refund and evidence have in common: lock the payment, answer a known key as it was answered before, else
 * decide and write effect and key together, then hold the reply until the outcome is known.
 */
@Injectable()
export class FollowUp {
  constructor(
    // Payments that have been accepted move on, however many new ones want the database.
    @Inject(RESERVED_UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork<ApiStores>,
    private readonly waiters: OutcomeWaiters,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(IDS) private readonly ids: Ids,
  ) {}

  async execute(
    command: FollowUpCommand,
    decide: (parts: FollowUpParts) => Promise<FollowUpDecision>,
  ): Promise<Answer> {
    const answer = await this.once(command, decide);
    if (answer.kind === 'accepted') {
      const { merchantId, use, awaitOutcomeMs } = command;
      const operationUuid = answer.operationId === null ? null : uuidOf(answer.operationId as Id<string>);
      const { paymentId } = answer;
      await this.waiters.wait({ merchantId, paymentId, operation: use.operation, operationUuid }, awaitOutcomeMs);
    }
    return answer;
  }

  private async once(
    command: FollowUpCommand,
    decide: (parts: FollowUpParts) => Promise<FollowUpDecision>,
  ): Promise<Answer> {
    try {
      return await this.unitOfWork.run((tx) => this.decideOnce(tx, command, decide));
    } catch (error) {
      if (!(error instanceof KeyTaken)) throw error;
      return this.unitOfWork.run((tx) => this.decideOnce(tx, command, decide));
    }
  }

  private async decideOnce(
    tx: ApiTx,
    { use, merchantId, paymentId }: FollowUpCommand,
    decide: (parts: FollowUpParts) => Promise<FollowUpDecision>,
  ): Promise<Answer> {
    // The lock comes first: a request with the same key that got it before us has committed when we get it.
    const payment = await tx.payments.lock(merchantId, paymentId);
    const known = await tx.idempotency.replay(use);
    if (known !== undefined) return known;
    if (payment === undefined) return refused(paymentNotFound(paymentId));

    const now = this.clock.now();
    const decision = await decide({ tx, payment, ids: this.ids, now });
    // Bad input is refused the same way each time; there is nothing to remember.
    if (!decision.ok && decision.refusal.code === 'invalid_input') return refused(decision.refusal);
    const kept = decision.ok
      ? await tx.idempotency.recordEffect(use, payment.id, decision.operationId, now)
      : await tx.idempotency.recordRefusal(use, decision.refusal, now);
    if (!kept) throw new KeyTaken();
    if (!decision.ok) return refused(decision.refusal);
    return { kind: 'accepted', replayed: false, paymentId: payment.id, operationId: decision.operationId };
  }
}

function paymentNotFound(paymentId: PaymentId): Refusal {
  return {
    code: 'not_found',
    message: `There is no payment ${paymentId} of this merchant.`,
    path: ['input', 'paymentId'],
  };
}

/** The domain's rejections in words for the client. Total: a new rejection does not compile without its words. */
export function refusalOf(rejection: RequestRejection): Refusal {
  switch (rejection.code) {
    case 'payment_not_capturable':
    case 'payment_not_voidable':
    case 'payment_not_increasable':
    case 'payment_not_refundable':
      return invalidState(rejection.payment, rejection.code);
    case 'payment_disputed':
      return disputed(rejection.payment);
    case 'capture_exceeds_authorization':
    case 'refund_exceeds_capture':
    case 'amount_too_large':
      return {
        code: 'amount_exceeded',
        message: amountWords[rejection.code],
        path: ['input', 'amount'],
        availableMinor: Number(rejection.available.minor),
        currency: rejection.available.currency,
      };
    case 'currency_differs':
      return {
        code: 'invalid_input',
        message: `The payment is in ${rejection.expected}; use the same currency.`,
        path: ['input', 'amount', 'currency'],
      };
  }
}

const amountWords = {
  amount_too_large: 'Payments go up to 2^53 − 1 minor units. See `available`.',
  capture_exceeds_authorization: 'This is more than what is left of the authorization. See `available`.',
  refund_exceeds_capture:
    'This is more than what was captured and neither refunded nor lost in a dispute yet. See `available`.',
} as const;

const stateWords = {
  payment_not_capturable: 'captured',
  payment_not_voidable: 'voided',
  payment_not_increasable: 'increased',
  payment_not_refundable: 'refunded',
} as const;

function invalidState(payment: Payment, code: keyof typeof stateWords): Refusal {
  return notNow(payment, `A payment that is ${statusOf(payment.state)} cannot be ${stateWords[code]}.`);
}

/** The cardholder may get the money from the issuer; a refund beside it would pay twice. */
function disputed(payment: Payment): Refusal {
  return notNow(payment, 'Nothing is refunded while a dispute is open: see `disputes`, and wait until it is closed.');
}

function notNow(payment: Payment, why: string): Refusal {
  const actions = allowedActions(payment);
  const allowed = actions.length === 0 ? 'Nothing can be asked of it now.' : `Allowed now: ${actions.join(', ')}.`;
  return {
    code: 'invalid_state',
    message: `${why} ${allowed}`,
    path: ['input', 'paymentId'],
    currentStatus: statusOf(payment.state),
    allowedActions: actions,
  };
}
