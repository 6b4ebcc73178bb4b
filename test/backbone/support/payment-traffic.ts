// Traffic and faults take their time by design; nothing is awaited by it.
// oxlint-disable-next-line house/no-sleep-in-tests
import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { uuidOf, type Id, type MerchantId } from '#domain';
import { EventLog, sqlOf, UnitOfWork, type Transaction } from '#persistence';
import { RandomIds, SystemClock } from '#security';

const clock = new SystemClock();
const ids = new RandomIds(clock);

interface Stores {
  readonly events: EventLog;
}

interface Payment {
  readonly id: Id<'pay'>;
  readonly merchantId: MerchantId;
}

export interface TrafficOptions {
  readonly payments: number;
  /** Called after each commit that appended an event: the hint of production. */
  readonly announce?: () => void;
}

/**
 * Payments that change all the time, as our services change them: lock the row, count its version up, append the event,
 * commit. The table stands for the real one, which has columns that nobody needs here.
 */
export class PaymentTraffic {
  readonly payments: readonly Payment[];
  private readonly work: UnitOfWork<Stores>;

  private constructor(dataSource: DataSource, options: TrafficOptions) {
    this.work = new UnitOfWork(dataSource, (scope) => ({
      events: new EventLog(scope, ids, clock, () => options.announce?.()),
    }));
    this.payments = Array.from({ length: options.payments }, () => ({
      id: ids.next('pay'),
      merchantId: ids.next('mer'),
    }));
  }

  static async open(owner: DataSource, options: TrafficOptions): Promise<PaymentTraffic> {
    const traffic = new PaymentTraffic(owner, options);
    const sql = sqlOf(owner);
    await sql.query('CREATE TABLE IF NOT EXISTS traffic (id uuid PRIMARY KEY, version integer NOT NULL)');
    await sql.query('INSERT INTO traffic SELECT unnest($1::uuid[]), 0', [
      traffic.payments.map((payment) => uuidOf(payment.id)),
    ]);
    return traffic;
  }

  /** One event of the payment. `before` runs before the row is locked, `after` between the event and the commit. */
  change(payment: Payment, hooks: Partial<Record<'before' | 'after', TrafficHook>> = {}): Promise<void> {
    return this.work.run(async (tx) => {
      await hooks.before?.(tx);
      const [row] = await tx.sql.query<{ version: number }>(
        'UPDATE traffic SET version = version + 1 WHERE id = $1 RETURNING version',
        [uuidOf(payment.id)],
      );
      await tx.events.append({
        merchantId: payment.merchantId,
        aggregateType: 'payment',
        aggregateId: payment.id,
        aggregateVersion: row?.version ?? 0,
        type: 'payment.created',
        payload: { filler: 'x'.repeat(600) },
      });
      await hooks.after?.(tx);
    });
  }

  /** Changes random payments at this rate for so long; three of a hundred take their transaction id or their number early. */
  async flow(perSecond: number, forMs: number): Promise<void> {
    const start = performance.now();
    const underWay: Promise<void>[] = [];
    for (let now = start; now < start + forMs; now = performance.now()) {
      while (underWay.length < ((now - start) * perSecond) / 1_000) underWay.push(this.changeSomehow());
      await pause(tickMs);
    }
    await Promise.all(underWay);
  }

  private changeSomehow(): Promise<void> {
    const payment = this.payments[Math.floor(Math.random() * this.payments.length)];
    if (payment === undefined) throw new Error('no payments');
    const chance = Math.random();
    if (chance < 0.015) return this.change(payment, { before: takeTransactionId });
    if (chance < 0.03) return this.change(payment, { after: dawdle });
    return this.change(payment);
  }
}

/** Short enough that a tick is a few changes, not a burst. */
const tickMs = 5;

export type TrafficHook = (tx: Transaction<Stores>) => Promise<void>;

/** The transaction gets its id now and its row lock late: whoever comes between commits first. */
const takeTransactionId: TrafficHook = async (tx) => {
  await tx.sql.query('SELECT pg_current_xact_id()');
  await dawdle();
};

async function dawdle(): Promise<void> {
  await pause(50 + Math.random() * 250);
}
