import { idOf, type Ids, type MerchantId, type Payment, type PaymentId } from '#domain';
import type { AcquirerCallback } from '../../apps/orchestrator/src/acquirers/acquirer.ts';
import { paymentIn } from '../domain/payment-states.ts';
import { seededChance } from '../support/seeded-chance.ts';
import { ApiProcess } from './api-process.ts';
import { Clients } from './clients.ts';
import { MemoryDatabase, type MemoryEvent } from './memory-database.ts';
import { isListenedTo, OrchestratorProcess, type Message } from './orchestrator-process.ts';
import { People } from './people.ts';
import { Scheduler, SimulatedProcess } from './scheduler.ts';
import { SimulatedAcquirer } from './simulated-acquirer.ts';

const merchantId: MerchantId = 'mer_01m7xw6x1seak8sd6yf8gva7q9';
const paymentsPerLife = 3;
const processesOfAKind = 2;
const deathsMax = 4;
/** Longer than a process takes to notice that its acknowledgement was lost. */
const redeliveryMs = 30_000;

/**
 * Two of each service, two acquirers, merchants, customers, a person at a console and a broker, all in one process and one order that the seed draws: who is
 * next, what is lost, who dies and where. Use-cases and reducers are the real ones; their ports are in memory.
 */
export class World {
  readonly scheduler: Scheduler;
  readonly database: MemoryDatabase;
  readonly acquirers: readonly SimulatedAcquirer[];
  readonly clients: Clients;
  readonly people: People;
  private readonly ids: Ids;
  private readonly outside = new SimulatedProcess();
  private orchestrators: OrchestratorProcess[] = [];
  private apis: ApiProcess[] = [];
  private deaths = 0;
  private relayed = 0;

  constructor(seed: number) {
    this.scheduler = new Scheduler(seededChance(seed));
    this.database = new MemoryDatabase(this.scheduler);
    this.ids = countedIds();
    this.acquirers = ['alpha', 'beta'].map(
      (name) => new SimulatedAcquirer(name, this.scheduler, (callback) => void this.callBack(name, callback)),
    );
    const { scheduler, database, acquirers, outside } = this;
    const anApi = (): ApiProcess => scheduler.pick(this.apis);
    this.clients = new Clients({ scheduler, outside, anApi });
    this.people = new People({ scheduler, database, acquirers, outside, anApi });
  }

  /** Until nobody has anything left to do. */
  async live(): Promise<void> {
    for (let count = 0; count < processesOfAKind; count += 1) {
      this.startOrchestrator();
      this.startApi();
    }
    for (let count = 0; count < paymentsPerLife; count += 1) void this.leadPayment(count);
    await this.scheduler.run(
      () => this.betweenSteps(),
      () => this.nextDueMs(),
    );
  }

  /** The relay hands on what was committed, people read it, and sometimes somebody dies: whether somebody did. */
  private betweenSteps(): boolean {
    for (; this.relayed < this.database.log.length; this.relayed += 1) {
      const event = this.database.log[this.relayed];
      if (event === undefined) continue;
      this.people.read(event);
      this.relay(event);
    }
    if (this.deaths >= deathsMax || !this.scheduler.happens(0.004)) return false;
    this.killOne();
    return true;
  }

  private nextDueMs(): number {
    const dues = [...this.database.tables.sagas.values()].flatMap(({ nextRunAt }) => nextRunAt?.getTime() ?? []);
    return Math.min(...dues, Infinity);
  }

  private relay(event: MemoryEvent): void {
    if (!isListenedTo(event)) return;
    void this.deliver({ type: 'event', id: event.id, event });
    if (event.type !== 'payment.created' || this.scheduler.happens(0.2)) return;
    // Nobody answers for the others: the written policy decides about them.
    void this.deliver({ type: 'risk', id: `risk ${event.id}`, event });
  }

  /** At least once: again after a while as long as nobody has acknowledged it, and sometimes although somebody has. */
  private async deliver(message: Message): Promise<void> {
    const { scheduler, outside } = this;
    for (let isAcknowledged = false; !isAcknowledged || scheduler.happens(0.1);) {
      await scheduler.turn(outside);
      const taken = scheduler
        .pick(this.orchestrators)
        .take(message)
        .then(
          () => true,
          () => false,
        );
      const isOver = await Promise.race([taken, scheduler.sleep(outside, redeliveryMs).then(() => false)]);
      isAcknowledged ||= isOver && !scheduler.happens(0.05);
    }
  }

  /** Until somebody says that it is written down, and sometimes once more. */
  private async callBack(acquirer: string, callback: AcquirerCallback): Promise<void> {
    const { scheduler, outside } = this;
    for (let isHeard = false; !isHeard || scheduler.happens(0.3);) {
      await scheduler.sleep(outside, scheduler.pick([0, 100, 3_000, 60_000]));
      isHeard = await scheduler
        .pick(this.orchestrators)
        .hear(acquirer, callback)
        .catch(() => false);
    }
  }

  private async leadPayment(number: number): Promise<void> {
    const payment = newPayment(this.ids.next('pay'), number, this.scheduler);
    await this.create(payment);
    await this.clients.lead(payment);
  }

  private async create(payment: Payment): Promise<void> {
    const transaction = this.database.begin(this.outside);
    transaction.write('payments', payment.id, payment);
    const { id, version } = payment;
    const data = { captureMethod: payment.captureMethod };
    transaction.append({ id: `${id} 1`, merchantId, paymentId: id, version, type: 'payment.created', data });
    await transaction.commit();
  }

  private killOne(): void {
    this.deaths += 1;
    const victim = this.scheduler.pick([...this.orchestrators, ...this.apis]);
    this.scheduler.bury(victim.process);
    victim.process.die();
    if (victim instanceof OrchestratorProcess) {
      this.orchestrators = this.orchestrators.filter((process) => process !== victim);
      this.startOrchestrator();
    } else {
      this.apis = this.apis.filter((process) => process !== victim);
      this.startApi();
    }
  }

  private startOrchestrator(): void {
    const { database, scheduler, ids, acquirers } = this;
    const process = new SimulatedProcess();
    const orchestrator = new OrchestratorProcess({ database, scheduler, ids, acquirers, process });
    this.orchestrators.push(orchestrator);
    void orchestrator.watchAlarms();
  }

  private startApi(): void {
    const { database, scheduler, ids } = this;
    this.apis.push(new ApiProcess({ database, scheduler, ids, process: new SimulatedProcess() }));
  }
}

function newPayment(id: PaymentId, number: number, scheduler: Scheduler): Payment {
  return paymentIn('processing', {
    id,
    merchantId,
    reference: `order-${number}`,
    captureMethod: scheduler.happens(0.3) ? 'automatic' : 'manual',
    amount: { minor: 1_000n, currency: 'EUR' },
    createdAt: scheduler.now(),
    updatedAt: scheduler.now(),
  });
}

/** The same ids in the same order for the same seed. */
function countedIds(): Ids {
  let count = 0;
  return {
    next: (prefix) => {
      count += 1;
      return idOf(prefix, `01970000-0000-7000-8000-${count.toString(16).padStart(12, '0')}`);
    },
  };
}
