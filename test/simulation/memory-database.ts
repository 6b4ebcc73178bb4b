import type { Attempt, DisputeOutcome, MerchantId, Payment, PaymentId } from '#domain';
import type { DisputeOfPayment, Movement, MovementStatus, NextRun, StoredSaga } from '#persistence';
import type { Answer } from '../../apps/api/src/use-cases/answer.ts';
import type { Scheduler, SimulatedProcess } from './scheduler.ts';

export interface MemorySaga extends StoredSaga {
  readonly action: NonNullable<NextRun>['action'] | null;
  readonly nextRunAt: Date | null;
}

export interface MemoryMovement extends Movement {
  readonly kind: 'capture' | 'refund' | 'increase';
  readonly paymentId: PaymentId;
  readonly status: MovementStatus;
}

export interface MemoryEvent {
  readonly id: string;
  readonly merchantId: MerchantId;
  readonly paymentId: PaymentId;
  readonly version: number;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface MemoryTables {
  readonly payments: Map<PaymentId, Payment>;
  readonly attempts: Map<string, Attempt & { readonly paymentId: PaymentId }>;
  /** By UUID. */
  readonly movements: Map<string, MemoryMovement>;
  /** By UUID. */
  readonly sagas: Map<string, MemorySaga>;
  /** By operation and key. */
  readonly keys: Map<string, { readonly fingerprint: string; readonly answer: Answer }>;
  /** By acquirer and its id. */
  readonly disputes: Map<string, DisputeOfPayment>;
  /** Of disputes that are yet to be told, by acquirer and its id. */
  readonly earlyOutcomes: Map<string, DisputeOutcome>;
  /** Events that were taken and callbacks that were heard. */
  readonly taken: Map<string, true>;
}

type TableName = keyof MemoryTables;

const emptyTables = (): MemoryTables => ({
  payments: new Map(),
  attempts: new Map(),
  movements: new Map(),
  sagas: new Map(),
  keys: new Map(),
  disputes: new Map(),
  earlyOutcomes: new Map(),
  taken: new Map(),
});

/**
 * What PostgreSQL is to the services, as far as they rely on it: rows that are locked until the end of a transaction,
 * reads of what was committed, all of a transaction or nothing, and a log that tells it in the order of the commits.
 */
export class MemoryDatabase {
  readonly tables = emptyTables();
  readonly log: MemoryEvent[] = [];
  /** Who holds a row: `payments pay_…`. */
  private readonly locks = new Map<string, MemoryTransaction>();
  private readonly scheduler: Scheduler;

  constructor(scheduler: Scheduler) {
    this.scheduler = scheduler;
  }

  begin(process: SimulatedProcess): MemoryTransaction {
    const transaction = new MemoryTransaction(this, process, this.scheduler);
    process.onDeath(() => transaction.rollBack());
    return transaction;
  }

  holderOf(row: string): MemoryTransaction | undefined {
    return this.locks.get(row);
  }

  hold(row: string, transaction: MemoryTransaction): void {
    this.locks.set(row, transaction);
  }

  release(transaction: MemoryTransaction): void {
    for (const [row, holder] of this.locks) if (holder === transaction) this.locks.delete(row);
  }
}

export class MemoryTransaction {
  private readonly written = emptyTables();
  private readonly events: MemoryEvent[] = [];
  private readonly effects: (() => void)[] = [];
  private isOver = false;

  constructor(
    private readonly database: MemoryDatabase,
    readonly process: SimulatedProcess,
    private readonly scheduler: Scheduler,
  ) {}

  get now(): Date {
    return this.scheduler.now();
  }

  /** One round trip to the database; between two of them others may do anything. */
  async statement(): Promise<void> {
    await this.scheduler.turn(this.process);
    if (this.isOver) throw new Error('A statement came after the end of its transaction.');
  }

  /** Waits for whoever holds the row. */
  async lock(row: string): Promise<void> {
    const isFree = (): boolean => {
      const holder = this.database.holderOf(row);
      return holder === undefined || holder === this;
    };
    await this.scheduler.turn(this.process, isFree);
    this.database.hold(row, this);
  }

  read<Name extends TableName>(table: Name, key: string): ValueOf<Name> | undefined {
    const own = this.written[table] as Map<string, ValueOf<Name>>;
    const committed = this.database.tables[table] as Map<string, ValueOf<Name>>;
    return own.get(key) ?? committed.get(key);
  }

  all<Name extends TableName>(table: Name): ValueOf<Name>[] {
    const own = this.written[table] as Map<string, ValueOf<Name>>;
    return [...new Map([...(this.database.tables[table] as Map<string, ValueOf<Name>>), ...own]).values()];
  }

  write<Name extends TableName>(table: Name, key: string, value: ValueOf<Name>): void {
    (this.written[table] as Map<string, ValueOf<Name>>).set(key, value);
    this.database.hold(`${table} ${key}`, this);
  }

  /** What the log tells of a payment, oldest first. */
  storyOf(paymentId: PaymentId): MemoryEvent[] {
    return [...this.database.log, ...this.events].filter((event) => event.paymentId === paymentId);
  }

  append(...events: readonly MemoryEvent[]): void {
    this.events.push(...events);
  }

  afterCommit(effect: () => void): void {
    this.effects.push(effect);
  }

  /** A process may die before it, and right after it: then nobody tells what was kept. */
  async commit(): Promise<void> {
    await this.statement();
    for (const name of Object.keys(this.written) as TableName[]) {
      const table = this.database.tables[name] as Map<string, unknown>;
      for (const [key, value] of this.written[name]) table.set(key, value);
    }
    this.database.log.push(...this.events);
    this.end();
    await this.scheduler.turn(this.process);
    for (const effect of this.effects) effect();
  }

  rollBack(): void {
    if (!this.isOver) this.end();
  }

  private end(): void {
    this.isOver = true;
    this.database.release(this);
  }
}

type ValueOf<Name extends TableName> = MemoryTables[Name] extends Map<string, infer Value> ? Value : never;
