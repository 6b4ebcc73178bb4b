import type { Ids, MerchantId, Money, PaymentId } from '#domain';
import type { Answer } from '../../apps/api/src/use-cases/answer.ts';
import { CapturePayment } from '../../apps/api/src/use-cases/capture-payment.ts';
import { FollowUp } from '../../apps/api/src/use-cases/follow-up.ts';
import { IncreaseAuthorization } from '../../apps/api/src/use-cases/increase-authorization.ts';
import { RefundPayment } from '../../apps/api/src/use-cases/refund-payment.ts';
import { VoidPayment } from '../../apps/api/src/use-cases/void-payment.ts';
import type { MemoryDatabase } from './memory-database.ts';
import { memoryUnitOfWork } from './memory-stores.ts';
import type { Scheduler, SimulatedProcess } from './scheduler.ts';

/** What a merchant asks for, with its idempotency key. */
export type Asked = { readonly key: string } & (
  | { readonly do: 'capture'; readonly amount: Money | undefined; readonly final: boolean }
  | { readonly do: 'refund'; readonly amount: Money | undefined }
  | { readonly do: 'increase'; readonly amount: Money }
  | { readonly do: 'void' }
);

interface Places {
  readonly database: MemoryDatabase;
  readonly scheduler: Scheduler;
  readonly ids: Ids;
  readonly process: SimulatedProcess;
}

/** One process of the API: the real use-cases of what follows a payment's creation. */
export class ApiProcess {
  readonly process: SimulatedProcess;
  private readonly followUp: FollowUp;

  constructor({ database, scheduler, ids, process }: Places) {
    this.process = process;
    const nobodyWaits = { wait: () => Promise.resolve() };
    // Nominal to TypeScript because of what is private in them; these are all that the use-cases call.
    this.followUp = new FollowUp(memoryUnitOfWork(database, process) as never, nobodyWaits as never, scheduler, ids);
  }

  /** Rejects when the process dies meanwhile: then the client does not know. */
  ask(merchantId: MerchantId, paymentId: PaymentId, asked: Asked): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.process.onDeath(() => reject(new Error('The connection was lost.')));
      this.carryOut(merchantId, paymentId, asked).then(resolve, reject);
    });
  }

  private carryOut(merchantId: MerchantId, paymentId: PaymentId, asked: Asked): Promise<Answer> {
    const { followUp } = this;
    const command = { merchantId, paymentId, idempotencyKey: asked.key, awaitOutcomeMs: 0 };
    switch (asked.do) {
      case 'capture':
        return new CapturePayment(followUp).execute({ ...command, amount: asked.amount, final: asked.final });
      case 'refund':
        return new RefundPayment(followUp).execute({ ...command, amount: asked.amount, reason: null });
      case 'increase':
        return new IncreaseAuthorization(followUp).execute({ ...command, amount: asked.amount });
      case 'void':
        return new VoidPayment(followUp).execute({ ...command, reason: null });
    }
  }
}
