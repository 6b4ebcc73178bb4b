import type { Ids, MerchantId, Money, PaymentId, Result } from '#domain';
import type { AdminRefusal } from '../../apps/api/src/use-cases/admin-refusal.ts';
import type { Answer } from '../../apps/api/src/use-cases/answer.ts';
import { CapturePayment } from '../../apps/api/src/use-cases/capture-payment.ts';
import { FollowUp } from '../../apps/api/src/use-cases/follow-up.ts';
import { IncreaseAuthorization } from '../../apps/api/src/use-cases/increase-authorization.ts';
import { RefundPayment } from '../../apps/api/src/use-cases/refund-payment.ts';
import { SettleAttempt, type SettleAttemptCommand } from '../../apps/api/src/use-cases/settle-attempt.ts';
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

/** One process of the API: the real use-cases of what follows a payment's creation, by merchants and by hand. */
export class ApiProcess {
  readonly process: SimulatedProcess;
  private readonly followUp: FollowUp;
  private readonly settleAttempt: SettleAttempt;

  constructor({ database, scheduler, ids, process }: Places) {
    this.process = process;
    const nobodyWaits = { wait: () => Promise.resolve() };
    // Nominal to TypeScript because of what is private in them; these are all that the use-cases call.
    const unitOfWork = memoryUnitOfWork(database, process) as never;
    this.settleAttempt = new SettleAttempt(unitOfWork);
    this.followUp = new FollowUp(unitOfWork, nobodyWaits as never, scheduler, ids);
  }

  /** Rejects when the process dies meanwhile: then the client does not know. */
  ask(merchantId: MerchantId, paymentId: PaymentId, asked: Asked): Promise<Answer> {
    return this.asLongAsItLives(this.carryOut(merchantId, paymentId, asked));
  }

  /** The admin's word on an attempt. Rejects when the process dies meanwhile. */
  settle(command: SettleAttemptCommand): Promise<Result<unknown, AdminRefusal>> {
    return this.asLongAsItLives(this.settleAttempt.execute(command));
  }

  private asLongAsItLives<Answered>(answer: Promise<Answered>): Promise<Answered> {
    return new Promise((resolve, reject) => {
      this.process.onDeath(() => reject(new Error('The connection was lost.')));
      answer.then(resolve, reject);
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
