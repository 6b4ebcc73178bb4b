import { Inject, Injectable } from '@nestjs/common';
import { emptyBalance, type Clock, type Ids, type MerchantId, type Money, type Payment, type Terms } from '#domain';
import { CLOCK, IDS } from '#runtime';
import { fingerprintOf } from '#security';
import type { KeyUse } from '../stores/idempotency-store.ts';
import type { CreationKey } from '../stores/intake-batch.ts';
import { MerchantStore } from '../stores/merchant-store.ts';
import { PaymentIntake } from '../stores/payment-intake.ts';
import { OutcomeWaiters } from '../waiting/outcome-waiters.ts';
import type { Answer, Refusal } from './answer.ts';

export interface CreatePaymentCommand {
  readonly merchantId: MerchantId;
  readonly idempotencyKey: string;
  /** The merchant's own order id. */
  readonly reference: string;
  readonly amount: Money;
  readonly cardToken: string;
  readonly captureMethod: 'automatic' | 'manual';
  readonly metadata: object;
  /** Where the customer's browser goes after a challenge. */
  readonly returnUrl: string | null;
  /** How long the answer may be held until the outcome is known; 0 answers at once. */
  readonly awaitOutcomeMs: number;
}

/** Two new tries of a declined reference may count to the same attempt number; the later one counts again. */
const countsMax = 3;

/**
 * Accepts a payment: the key, the payment and its first event, or nothing. The same key again changes nothing.
 * Errors: `Overloaded` while there is too much to do; then nothing was written.
 */
@Injectable()
export class CreatePayment {
  constructor(
    private readonly merchants: MerchantStore,
    private readonly intake: PaymentIntake,
    private readonly waiters: OutcomeWaiters,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(IDS) private readonly ids: Ids,
  ) {}

  async execute(command: CreatePaymentCommand): Promise<Answer> {
    const answer = await this.accept(command, keyUseOf(command));
    if (answer.kind === 'accepted') {
      const { merchantId, awaitOutcomeMs } = command;
      const { paymentId } = answer;
      await this.waiters.wait(
        { merchantId, paymentId, operation: 'create_payment', operationUuid: null },
        awaitOutcomeMs,
      );
    }
    return answer;
  }

  private async accept(command: CreatePaymentCommand, use: CreationKey): Promise<Answer> {
    const known = await this.intake.admit(use);
    if (known !== undefined) return known;
    const terms = (await this.merchants.find(command.merchantId))?.currencies.get(command.amount.currency);
    if (terms === undefined) return this.refuse(use, currencyNotEnabled(command));
    for (let count = 1; count <= countsMax; count += 1) {
      const payment = this.newPayment(command, terms);
      switch (await this.intake.accept(payment, command.metadata, use)) {
        case 'written':
          return {
            kind: 'accepted',
            replayed: false,
            paymentId: payment.id,
            operationId: null,
            ...(command.awaitOutcomeMs === 0 ? { written: { payment, metadata: command.metadata } } : {}),
          };
        case 'key_used':
          return this.replay(use);
        case 'reference_taken':
          return this.refuse(use, referenceTaken(command));
        case 'attempt_raced':
      }
    }
    return this.refuse(use, referenceTaken(command));
  }

  /** The attempt number is counted by the statement that writes the payment. */
  private newPayment(command: CreatePaymentCommand, terms: Terms): Payment {
    const now = this.clock.now();
    return {
      id: this.ids.next('pay'),
      merchantId: command.merchantId,
      reference: command.reference,
      attemptNumber: 1,
      state: 'processing',
      captureMethod: command.captureMethod,
      amount: command.amount,
      balance: emptyBalance,
      cardToken: command.cardToken,
      decline: null,
      returnUrl: command.returnUrl,
      redirectUrl: null,
      authorizationExpiresAt: null,
      terms,
      version: 1,
      createdAt: now,
      updatedAt: now,
    };
  }

  private async replay(use: KeyUse): Promise<Answer> {
    const known = await this.intake.keys.replay(use);
    if (known === undefined) throw new Error(`The key of ${use.operation} was reaped while it was being used again.`);
    return known;
  }

  private async refuse(use: KeyUse, refusal: Refusal): Promise<Answer> {
    const first = await this.intake.keys.recordRefusal(use, refusal, this.clock.now());
    return first ? { kind: 'refused', replayed: false, refusal } : this.replay(use);
  }
}

/** How long a caller waits is not part of what it asks for. */
function keyUseOf(command: CreatePaymentCommand): CreationKey {
  const { merchantId, idempotencyKey, awaitOutcomeMs: _, returnUrl, ...input } = command;
  // Not part of what was asked by those who ask for none: their keys are older than the field.
  const asked = returnUrl === null ? input : { ...input, returnUrl };
  return { merchantId, operation: 'create_payment', key: idempotencyKey, fingerprint: fingerprintOf(asked) };
}

function currencyNotEnabled({ amount }: CreatePaymentCommand): Refusal {
  return {
    code: 'currency_not_enabled',
    message: `${amount.currency} is not enabled for this merchant. Enable it or use another currency.`,
    path: ['input', 'amount', 'currency'],
  };
}

function referenceTaken({ reference }: CreatePaymentCommand): Refusal {
  return {
    code: 'reference_taken',
    message: `There is a payment for "${reference}" already. Look it up, or use a reference of its own for another order.`,
    path: ['input', 'reference'],
  };
}
