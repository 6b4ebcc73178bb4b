import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pg from 'pg';
import { CapturePayment } from '../../apps/api/src/use-cases/capture-payment.ts';
import { CreatePayment, type CreatePaymentCommand } from '../../apps/api/src/use-cases/create-payment.ts';
import { IncreaseAuthorization } from '../../apps/api/src/use-cases/increase-authorization.ts';
import { RefundPayment } from '../../apps/api/src/use-cases/refund-payment.ts';
import { VoidPayment } from '../../apps/api/src/use-cases/void-payment.ts';
import type { Answer } from '../../apps/api/src/use-cases/answer.ts';
import type { GuardLimits } from '../../apps/orchestrator/src/acquirers/guard-limits.ts';
import { uuidOf, type MerchantId, type Money, type PaymentId } from '#domain';
import { createDatabase, type TestDatabase } from './database.ts';
import { startNats, type TestNats } from './nats.ts';
import { aPayment, createMerchant } from './payments.ts';
import { startApiHere, startOrchestratorHere } from './services.ts';
import { until } from './until.ts';

export interface Attempted {
  readonly id: string;
  readonly acquirer: string;
  readonly operation: string;
  readonly state: string;
}

/** How a follow-up is asked for: with a key of its own and for 5 s, unless the test says otherwise. */
interface Asked {
  readonly idempotencyKey?: string;
  readonly awaitOutcomeMs?: number;
}

/**
 * API and orchestrator against acquirers of the test's choice, without a fraud service: after 100 ms the policy lets go on
 * what is within the merchant's floor of 1 000.00.
 */
export class Charging {
  private references = 0;

  private constructor(
    readonly database: TestDatabase,
    readonly nats: TestNats,
    readonly owner: pg.Pool,
    readonly api: NestFastifyApplication,
    private readonly orchestratorHere: NestFastifyApplication | undefined,
    readonly merchantId: MerchantId,
  ) {}

  /** `acquirers`: the orchestrator's variables, ACQUIRER_ALPHA_URL among them, once there is a database. */
  static set(
    acquirers: (database: TestDatabase) => Promise<Readonly<Record<string, string>>>,
    limits?: GuardLimits,
  ): Promise<Charging> {
    return Charging.setWith(async (database, nats) => {
      const variables = await acquirers(database);
      const environment = { FRAUD_DEADLINE_MS: '100', ACQUIRER_TIMEOUT_MS: '300', ...variables };
      const sandboxUrl = 'http://127.0.0.1:1';
      return startOrchestratorHere({ database, nats, sandboxUrl, environment, ...(limits && { limits }) });
    });
  }

  /** For a test that has an orchestrator of its own. */
  static setWithoutOrchestrator(): Promise<Charging> {
    return Charging.setWith(() => Promise.resolve(undefined));
  }

  private static async setWith(
    startOrchestrator: (database: TestDatabase, nats: TestNats) => Promise<NestFastifyApplication | undefined>,
  ): Promise<Charging> {
    const [database, nats] = await Promise.all([createDatabase(), startNats()]);
    const owner = new pg.Pool({ connectionString: database.ownerUrl });
    // A connection that is on its way out may still hear that its database is being dropped.
    owner.on('error', () => undefined);
    const orchestrator = await startOrchestrator(database, nats);
    const api = await startApiHere({ database, nats });
    return new Charging(database, nats, owner, api, orchestrator, await createMerchant(api));
  }

  get orchestrator(): NestFastifyApplication {
    if (this.orchestratorHere === undefined) throw new Error('The orchestrator is not in this process.');
    return this.orchestratorHere;
  }

  /** What the guard row holds, in minor units; what is zero is left out. */
  async balanceOf(id: PaymentId): Promise<Record<string, number>> {
    const { rows } = await this.owner.query<Record<string, string>>(
      `SELECT amount, authorized, capture_pending, captured, refund_pending, refunded, void_pending, voided
       FROM payments.payment WHERE id = $1`,
      [uuidOf(id)],
    );
    return Object.fromEntries(
      Object.entries(rows[0] ?? {}).flatMap(([name, minor]) => (Number(minor) === 0 ? [] : [[name, Number(minor)]])),
    );
  }

  /** Creates a payment and answers when its outcome is known, or after 5 s. */
  async pay(change: Partial<CreatePaymentCommand> = {}): Promise<PaymentId> {
    this.references += 1;
    const reference = `order-${this.references}`;
    const command = { idempotencyKey: reference, reference, awaitOutcomeMs: 5_000, ...change };
    return accepted(await this.api.get(CreatePayment).execute(aPayment(this.merchantId, command)));
  }

  capture(paymentId: PaymentId, change: { amount?: Money; final?: boolean } & Asked = {}): Promise<Answer> {
    return this.api
      .get(CapturePayment)
      .execute({ ...this.followUp(paymentId), amount: undefined, final: true, ...change });
  }

  increase(paymentId: PaymentId, amount: Money, change: Asked = {}): Promise<Answer> {
    return this.api.get(IncreaseAuthorization).execute({ ...this.followUp(paymentId), amount, ...change });
  }

  void(paymentId: PaymentId, change: Asked = {}): Promise<Answer> {
    return this.api.get(VoidPayment).execute({ ...this.followUp(paymentId), reason: null, ...change });
  }

  refund(paymentId: PaymentId, change: { amount?: Money } & Asked = {}): Promise<Answer> {
    return this.api
      .get(RefundPayment)
      .execute({ ...this.followUp(paymentId), amount: undefined, reason: null, ...change });
  }

  async stateOf(id: PaymentId): Promise<string> {
    const { rows } = await this.owner.query<{ state: string }>('SELECT state FROM payments.payment WHERE id = $1', [
      uuidOf(id),
    ]);
    return rows[0]?.state ?? 'missing';
  }

  reaches(id: PaymentId, state: string): Promise<true> {
    return until(`${id} to be ${state}`, async () => ((await this.stateOf(id)) === state ? true : undefined));
  }

  async attemptsOf(id: PaymentId): Promise<Attempted[]> {
    const { rows } = await this.owner.query<Attempted>(
      'SELECT id, acquirer, operation, state FROM payments.attempt WHERE payment_id = $1 ORDER BY number',
      [uuidOf(id)],
    );
    return rows.map((row) => ({ ...row }));
  }

  /** `operation state`, in their order. */
  async attemptsInShort(id: PaymentId): Promise<string[]> {
    return (await this.attemptsOf(id)).map(({ operation, state }) => `${operation} ${state}`);
  }

  /** What the payment's sagas wait for, in words, and what is due next; ended ones are left out. */
  async waitingOf(id: PaymentId): Promise<{ step: string; waitingFor: string | null; nextAction: string | null }[]> {
    const { rows } = await this.owner.query<{ step: string; waitingFor: string | null; nextAction: string | null }>(
      `SELECT step, waiting_for AS "waitingFor", next_action AS "nextAction" FROM payments.saga
       WHERE payment_id = $1 AND step <> 'ended' ORDER BY id`,
      [uuidOf(id)],
    );
    return rows.map((row) => ({ ...row }));
  }

  /** Until nobody works on the payment any more, nor asks, nor has anything before them; a hold may wait for its end. */
  rests(id: PaymentId): Promise<true> {
    return until(`${id} to rest`, async () => {
      const { rowCount } = await this.owner.query(
        `SELECT 1 FROM payments.payment WHERE id = $1
           AND capture_pending + void_pending + refund_pending + increase_pending > 0
         UNION ALL SELECT 1 FROM payments.saga WHERE payment_id = $1 AND step NOT IN ('ended', 'holding')`,
        [uuidOf(id)],
      );
      return rowCount === 0 ? true : undefined;
    });
  }

  /** Makes the time of whatever the payment's sagas wait for come now. */
  async hurry(id: PaymentId): Promise<void> {
    await this.owner.query(
      'UPDATE payments.saga SET next_run_at = now() WHERE payment_id = $1 AND next_run_at IS NOT NULL',
      [uuidOf(id)],
    );
  }

  async eventsOf(id: PaymentId): Promise<string[]> {
    const { rows } = await this.owner.query<{ type: string }>(
      `SELECT type FROM payments.event WHERE aggregate_id = $1 ORDER BY aggregate_version`,
      [uuidOf(id)],
    );
    return rows.map(({ type }) => type.replace('payment.', ''));
  }

  async clear(): Promise<void> {
    await this.api.close();
    await this.orchestratorHere?.close();
    await this.owner.end();
    await this.nats.stop();
    await this.database.drop();
  }

  private followUp(paymentId: PaymentId) {
    this.references += 1;
    const { merchantId } = this;
    return { merchantId, paymentId, idempotencyKey: `follow-up-${this.references}`, awaitOutcomeMs: 5_000 };
  }
}

function accepted(answer: Answer): PaymentId {
  if (answer.kind !== 'accepted') throw new Error(answer.refusal.message);
  return answer.paymentId;
}
