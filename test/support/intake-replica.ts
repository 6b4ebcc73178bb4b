import type { DataSource } from 'typeorm';
import type { IntakeResult } from '../../apps/api/src/stores/intake-batch.ts';
import { PaymentIntake } from '../../apps/api/src/stores/payment-intake.ts';
import { emptyBalance, type MerchantId, type Payment } from '#domain';
import { openDataSource, sqlOf, type DatabaseOptions, type Sql } from '#persistence';
import { fingerprintOf, RandomIds, SystemClock } from '#security';
import { deferred, type Deferred } from './until.ts';

export interface AskedPayment {
  readonly merchantId: MerchantId;
  readonly key: string;
  readonly reference: string;
  readonly minor?: bigint;
}

const alwaysOpen = { refusal: () => undefined };
const clock = new SystemClock();
const ids = new RandomIds(clock);

/** What one replica of the API does to the database when it takes payments; the test may hold its statements back. */
export class IntakeReplica implements Sql {
  /** How many payments were in each statement, in the order in which they began. */
  readonly batchSizes: number[] = [];
  readonly errors: unknown[] = [];
  announcements = 0;
  /** Comes after each statement that the server has carried out, before anybody hears of it. */
  afterStatement: () => void = () => undefined;
  readonly intake: PaymentIntake;
  private readonly dataSource: DataSource;
  private readonly sql: Sql;
  private gate: Deferred<void> | undefined;

  private constructor(dataSource: DataSource) {
    this.dataSource = dataSource;
    this.sql = sqlOf(dataSource);
    this.intake = new PaymentIntake(this, ids, () => (this.announcements += 1), alwaysOpen);
  }

  static async start(
    url: string,
    applicationName: string,
    wishes: Pick<DatabaseOptions, 'planLifetimeMs'> = {},
  ): Promise<IntakeReplica> {
    const options = { url, applicationName, schema: 'payments', poolSize: 8, entities: [], ...wishes };
    return new IntakeReplica(await openDataSource(options));
  }

  async stop(): Promise<void> {
    await this.dataSource.destroy();
  }

  async query<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    this.batchSizes.push((JSON.parse(String(values[0])) as object[]).length);
    await this.gate?.promise;
    try {
      const rows = await this.sql.query<Row>(text, values);
      this.afterStatement();
      return rows;
    } catch (error) {
      this.errors.push(error);
      throw error;
    }
  }

  /** From now on statements begin and do not reach the server. */
  hold(): void {
    this.gate = deferred();
  }

  letGo(): void {
    this.gate?.resolve();
    this.gate = undefined;
  }

  accept({ merchantId, key, reference, minor = 1_099n }: AskedPayment): Promise<IntakeResult> {
    const now = clock.now();
    const payment: Payment = {
      id: ids.next('pay'),
      merchantId,
      reference,
      attemptNumber: 1,
      state: 'processing',
      captureMethod: 'automatic',
      amount: { minor, currency: 'EUR' },
      balance: emptyBalance,
      cardToken: 'tok_visa',
      decline: null,
      returnUrl: null,
      redirectUrl: null,
      authorizationExpiresAt: null,
      terms: {
        feeBasisPoints: 150,
        feeFixed: 25n,
        riskLimit: 1_000_000n,
        riskFloor: 100_000n,
        routingVersion: 0,
        patienceMs: 60_000,
      },
      version: 1,
      createdAt: now,
      updatedAt: now,
    };
    const fingerprint = fingerprintOf({ reference, minor });
    return this.intake.accept(
      payment,
      { note: `for "${reference}"` },
      { merchantId, operation: 'create_payment', key, fingerprint },
    );
  }

  /** Makes one batch of these: they come, in this order, while a payment of another merchant is being written. */
  async acceptTogether(payments: readonly AskedPayment[]): Promise<PromiseSettledResult<IntakeResult>[]> {
    const company = ids.next('mer');
    this.hold();
    const opener = this.accept({ merchantId: company, key: 'opener', reference: 'opener' });
    const answers = Promise.allSettled(payments.map((payment) => this.accept(payment)));
    this.letGo();
    await opener;
    return answers;
  }
}
