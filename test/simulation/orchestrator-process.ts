import { idOf, invariant, uuidOf, type Ids, type PaymentId } from '#domain';
import type { AcquirerCallback } from '../../apps/orchestrator/src/acquirers/acquirer.ts';
import { RouteAuthorizations } from '../../apps/orchestrator/src/acquirers/route-authorizations.ts';
import { SettleOnSettledByHand } from '../../apps/orchestrator/src/consumers/settle-on-settled-by-hand.ts';
import { AcquirerCalls } from '../../apps/orchestrator/src/use-cases/acquirer-calls.ts';
import { AcquirerQuestions } from '../../apps/orchestrator/src/use-cases/acquirer-questions.ts';
import { AdvanceSagas } from '../../apps/orchestrator/src/use-cases/advance-sagas.ts';
import { chargeKeyOf } from '../../apps/orchestrator/src/use-cases/charge-key.ts';
import type { SagaHappening } from '../../apps/orchestrator/src/use-cases/happening.ts';
import { HearCallback } from '../../apps/orchestrator/src/use-cases/hear-callback.ts';
import { HearDispute } from '../../apps/orchestrator/src/use-cases/hear-dispute.ts';
import { MakeAcquirerCall } from '../../apps/orchestrator/src/use-cases/make-acquirer-call.ts';
import { TakeDueTurn } from '../../apps/orchestrator/src/use-cases/take-due-turn.ts';
import { TellSagas } from '../../apps/orchestrator/src/use-cases/tell-sagas.ts';
import type { OrchestratorTx } from '../../apps/orchestrator/src/stores/orchestrator-stores.ts';
import type { MemoryDatabase, MemoryEvent, MemoryTransaction } from './memory-database.ts';
import { isDue, takeDueSagas } from './memory-sagas.ts';
import { memoryUnitOfWork, takeOnce } from './memory-stores.ts';
import type { Scheduler, SimulatedProcess } from './scheduler.ts';
import type { SimulatedAcquirer } from './simulated-acquirer.ts';

/** What the broker delivers: an event of the log, or what risk made of one. */
export interface Message {
  readonly type: 'event' | 'risk';
  readonly id: string;
  readonly event: MemoryEvent;
}

interface Places {
  readonly database: MemoryDatabase;
  readonly scheduler: Scheduler;
  readonly ids: Ids;
  readonly acquirers: readonly SimulatedAcquirer[];
  readonly process: SimulatedProcess;
}

/** Shorter than in earnest: each look whether the customer is done takes as many steps as a capture. */
export const customerDeadlineMs = 180_000;

const environment = {
  ACQUIRER_TIMEOUT_MS: 5_000,
  ACTION_DEADLINE_MS: customerDeadlineMs,
  AUTHORIZATION_VALID_SECONDS: 604_800,
  FRAUD_DEADLINE_MS: 2_000,
};
/** As the saga alarm clock's. */
const leaseMs = 15_000;
const silent = { info: () => undefined, warn: () => undefined };

/** One process of the orchestrator: its real use-cases on ports in memory. */
export class OrchestratorProcess {
  readonly process: SimulatedProcess;
  private readonly database: MemoryDatabase;
  private readonly scheduler: Scheduler;
  private readonly unitOfWork: ReturnType<typeof memoryUnitOfWork>;
  private readonly advanceSagas: AdvanceSagas;
  private readonly takeDueTurn: TakeDueTurn;
  private readonly hearCallback: HearCallback;
  private readonly settleByHand: SettleOnSettledByHand;
  /** Takes the calls by itself. */
  readonly calls: MakeAcquirerCall;

  constructor({ database, scheduler, ids, acquirers, process }: Places) {
    this.database = database;
    this.scheduler = scheduler;
    this.process = process;
    // Nominal to TypeScript because of what is private in them; these are all that the use-cases call.
    const unitOfWork = memoryUnitOfWork(database, process) as never;
    const directory = directoryOf(acquirers) as never;
    const performance = { note: () => undefined, known: () => new Map() } as never;
    const calls = new AcquirerCalls(8);
    const routing = new RouteAuthorizations(directory, performance, () => 0.5);
    const news = { onBreakerChange: () => undefined } as never;
    this.unitOfWork = unitOfWork;
    this.advanceSagas = new AdvanceSagas(routing, performance, calls, scheduler, ids, environment as never);
    const tellSagas = new TellSagas(unitOfWork, this.advanceSagas);
    this.calls = new MakeAcquirerCall(calls, directory, tellSagas, news, silent as never);
    const questions = new AcquirerQuestions(directory, calls, tellSagas, silent as never);
    this.takeDueTurn = new TakeDueTurn(tellSagas, calls, questions, unitOfWork);
    const hearDispute = new HearDispute(scheduler, ids, silent as never);
    this.settleByHand = new SettleOnSettledByHand(this.advanceSagas);
    this.hearCallback = new HearCallback(unitOfWork, this.advanceSagas, hearDispute, scheduler);
  }

  /** Resolves when it is taken for good; rejects when the process dies first. */
  take(message: Message): Promise<void> {
    return this.asLongAsItLives(
      this.unitOfWork.run(async (tx) => {
        const { transaction } = tx as unknown as { readonly transaction: MemoryTransaction };
        if (await takeOnce(transaction, message.id)) await this.actOn(message, tx as OrchestratorTx);
      }),
    );
  }

  /** Whether it is written down; rejects when the process dies first. */
  hear(acquirer: string, callback: AcquirerCallback): Promise<boolean> {
    return this.asLongAsItLives(this.hearCallback.execute(acquirer, callback).then(({ ok }) => ok));
  }

  async watchAlarms(): Promise<void> {
    const { database, scheduler, process } = this;
    while (process.isAlive) {
      await scheduler.turn(process, () =>
        [...database.tables.sagas.values()].some((saga) => isDue(database, saga, scheduler.now())),
      );
      for (const due of takeDueSagas(database, scheduler.now(), leaseMs)) {
        // Whatever goes wrong, its lease ends.
        void this.takeDueTurn.execute(due).catch(() => undefined);
      }
    }
  }

  private async actOn({ type, event }: Message, tx: OrchestratorTx): Promise<void> {
    const { merchantId, paymentId } = event;
    if (type === 'risk') {
      const risk = {
        decision: 'allow',
        score: 1,
        reasons: [],
        decidedBy: 'rules',
        assessedAt: this.scheduler.now(),
      } as const;
      const happening = { type: 'risk_answered', risk } as const;
      await this.advanceSagas.execute(tx, [{ key: chargeKeyOf(merchantId, paymentId), happening }]);
      return;
    }
    if (event.type === 'payment.created') {
      const { captureMethod } = event.data as { captureMethod: 'automatic' | 'manual' };
      await tx.sagas.beginCharges([{ merchantId, paymentId, captureMethod }], environment.FRAUD_DEADLINE_MS);
      return;
    }
    if (event.type === 'payment.settled_by_hand') {
      const envelope = { merchantid: merchantId, subject: paymentId, data: event.data };
      await this.settleByHand.handle(envelope as never, { tx } as never);
      return;
    }
    const requested = requestIn(event);
    if (requested !== undefined) await this.advanceSagas.execute(tx, [requested]);
  }

  private asLongAsItLives<Result>(done: Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.process.onDeath(() => reject(new Error('The process has died.')));
      done.then(resolve, reject);
    });
  }
}

const listenedTo: readonly string[] = [
  'payment.created',
  'payment.capture_requested',
  'payment.refund_requested',
  'payment.increase_requested',
  'payment.void_requested',
  'payment.settled_by_hand',
];

/** The broker gives each service what it has subscribed to. */
export function isListenedTo({ type }: MemoryEvent): boolean {
  return listenedTo.includes(type);
}

function requestIn({ merchantId, paymentId, type, data, version }: MemoryEvent): SagaHappening | undefined {
  const ids = data as Partial<Record<'captureId' | 'refundId' | 'increaseId', string>>;
  const begun = (kind: 'capture' | 'refund' | 'increase' | 'void', id: string): SagaHappening => ({
    key: { merchantId, paymentId, id },
    happening: { type: 'requested', kind },
  });
  switch (type) {
    case 'payment.capture_requested':
      return begun('capture', uuidOfText(ids.captureId));
    case 'payment.refund_requested':
      return begun('refund', uuidOfText(ids.refundId));
    case 'payment.increase_requested':
      return begun('increase', uuidOfText(ids.increaseId));
    case 'payment.void_requested':
      return begun('void', uuidOfVoid(paymentId, version));
    default:
      return undefined;
  }
}

function uuidOfText(id: string | undefined): string {
  invariant(id !== undefined, 'a request names what it asks for');
  return uuidOf(id as PaymentId);
}

/** The event's id names the saga of a void; here an event is named by its payment and version. */
function uuidOfVoid(paymentId: PaymentId, version: number): string {
  return uuidOf(idOf('evt', uuidOf(paymentId).replace(/^.{8}/, version.toString(16).padStart(8, '0'))));
}

function directoryOf(acquirers: readonly SimulatedAcquirer[]): object {
  return {
    names: () => acquirers.map(({ name }) => name),
    get: (name: string) => acquirers.find((acquirer) => acquirer.name === name),
    availabilityOf: () => ({ usable: true }),
    patience: () => new AbortController().signal,
  };
}
