import { Injectable } from '@nestjs/common';
import { beginOperation, invariant, type MerchantId, type PaymentId, type SagaKind } from '#domain';
import type { OrchestratorTx } from '../stores/orchestrator-stores.ts';
import { AdvanceSaga } from './advance-saga.ts';
import { chargeKeyOf } from './charge-key.ts';

export interface RequestedOperation {
  readonly kind: Exclude<SagaKind, 'charge'>;
  readonly merchantId: MerchantId;
  readonly paymentId: PaymentId;
  /** UUID of the saga: of the capture or refund, or of the request for a void. */
  readonly sagaId: string;
}

/** Starts the saga of a capture, void or refund that a merchant asked for. The same request again changes nothing. */
@Injectable()
export class BeginOperation {
  constructor(private readonly advanceSaga: AdvanceSaga) {}

  async execute(tx: OrchestratorTx, { kind, merchantId, paymentId, sagaId }: RequestedOperation): Promise<void> {
    const payment = await tx.payments.lock(merchantId, paymentId);
    invariant(payment !== undefined, `${paymentId} was asked for and so exists`);
    const key = { merchantId, paymentId, id: sagaId };
    if ((await tx.sagas.find(key)) !== undefined) return;
    // Voided while a person was still looking: there is no hold to release, only a charge to forget.
    if (kind === 'void' && payment.state === 'voided') {
      await this.advanceSaga.execute(tx, chargeKeyOf(merchantId, paymentId), { type: 'withdrawn' });
      return;
    }
    const { saga } = beginOperation(kind, payment.captureMethod);
    const operationId = kind === 'void' ? null : sagaId;
    await this.advanceSaga.beginOperation(tx, payment, { key, saga, operationId, attemptId: null, epoch: 0 });
  }
}
