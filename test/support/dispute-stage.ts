import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pg from 'pg';
import type { Answer } from '../../apps/api/src/use-cases/answer.ts';
import { CreatePayment } from '../../apps/api/src/use-cases/create-payment.ts';
import { RefundPayment } from '../../apps/api/src/use-cases/refund-payment.ts';
import type { OrchestratorStores } from '../../apps/orchestrator/src/stores/orchestrator-stores.ts';
import {
  HearDispute,
  type DisputeHearing,
  type DisputeTold,
} from '../../apps/orchestrator/src/use-cases/hear-dispute.ts';
import { uuidOf, type DisputeOutcome, type MerchantId, type PaymentId } from '#domain';
import { UnitOfWork, type Transaction } from '#persistence';
import { createDatabase, type TestDatabase } from './database.ts';
import { startNats, type TestNats } from './nats.ts';
import { openMerchantDoor, type MerchantDoor } from './merchant-door.ts';
import { aPayment } from './payments.ts';
import { ScriptedAcquirer, scriptedSecret } from './scripted-acquirer.ts';
import { startApiHere, startOrchestratorHere } from './services.ts';

/** A captured payment of 10.00 EUR, as its acquirer knows it. */
export interface ChargedPayment {
  readonly id: PaymentId;
  readonly authorization: string;
}

type Notice = DisputeTold['notice'];

/** API and orchestrator for real, and an acquirer that tells of disputes when the test says so. */
export class DisputeStage {
  private charges = 0;
  private disputes = 0;

  private constructor(
    private readonly database: TestDatabase,
    private readonly nats: TestNats,
    readonly owner: pg.Pool,
    readonly acquirer: ScriptedAcquirer,
    readonly orchestrator: NestFastifyApplication,
    readonly api: NestFastifyApplication,
    readonly door: MerchantDoor,
  ) {}

  static async set(): Promise<DisputeStage> {
    const [database, nats, acquirer] = await Promise.all([createDatabase(), startNats(), ScriptedAcquirer.start()]);
    const owner = new pg.Pool({ connectionString: database.ownerUrl });
    // Nobody answers for risk here: the policy lets what is within the floor go on after 100 ms.
    const environment = {
      ACQUIRER_ALPHA_URL: acquirer.url,
      SANDBOX_CALLBACK_SECRET: scriptedSecret,
      ACQUIRER_TIMEOUT_MS: '500',
      FRAUD_DEADLINE_MS: '100',
      LOG_LEVEL: 'silent',
    };
    const orchestrator = await startOrchestratorHere({ database, nats, sandboxUrl: 'http://127.0.0.1:1', environment });
    const api = await startApiHere({ database, nats });
    return new DisputeStage(database, nats, owner, acquirer, orchestrator, api, await openMerchantDoor(api));
  }

  get merchantId(): MerchantId {
    return this.door.merchantId;
  }

  async clear(): Promise<void> {
    for (const app of [this.api, this.orchestrator]) await app.close();
    await Promise.all([this.acquirer.stop(), this.owner.end(), this.nats.stop()]);
    await this.database.drop();
  }

  async query<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.owner.query<Row>(text, [...values])).rows;
  }

  async charge(): Promise<ChargedPayment> {
    this.charges += 1;
    const reference = `order-${this.charges}`;
    const answer = await this.api.get(CreatePayment).execute(
      aPayment(this.merchantId, {
        idempotencyKey: reference,
        reference,
        amount: { minor: 1_000n, currency: 'EUR' },
        awaitOutcomeMs: 10_000,
      }),
    );
    if (answer.kind !== 'accepted') throw new Error(answer.refusal.message);
    const [row] = await this.query<{ reference: string }>(
      `SELECT acquirer_reference AS reference FROM payments.attempt WHERE payment_id = $1 AND operation = 'authorize'`,
      [uuidOf(answer.paymentId)],
    );
    if (row === undefined) throw new Error('it was authorized');
    return { id: answer.paymentId, authorization: row.reference };
  }

  newDispute(): string {
    this.disputes += 1;
    return `dp_${this.disputes}`;
  }

  opened({ authorization }: ChargedPayment, dispute: string, minor = 400n): Notice {
    return {
      type: 'dispute_opened',
      authorization,
      dispute,
      amount: { minor, currency: 'EUR' },
      reason: 'product_not_received',
      evidenceDueAt: new Date(Date.now() + 7 * 86_400_000),
    };
  }

  closed({ authorization }: ChargedPayment, dispute: string, outcome: DisputeOutcome): Notice {
    return { type: 'dispute_closed', authorization, dispute, outcome };
  }

  /** `beforeCommit` runs in the transaction, when the notice has been taken in. */
  hear(notice: Notice, beforeCommit: () => Promise<unknown> = async () => undefined): Promise<DisputeHearing> {
    return this.inTransaction(async (tx) => {
      const hearing = await this.orchestrator.get(HearDispute).execute(tx, { acquirer: 'alpha', notice });
      await beforeCommit();
      return hearing;
    });
  }

  /** As the acquirer tells it: signed, at the door of the orchestrator. Resolves with the HTTP status. */
  async tell(notice: Notice, id: string): Promise<number> {
    const { authorization: authorizationId, dispute: disputeId } = notice;
    const what =
      notice.type === 'dispute_closed'
        ? { outcome: notice.outcome }
        : {
            amountMinor: Number(notice.amount.minor),
            currency: notice.amount.currency,
            reason: notice.reason,
            evidenceDueAt: notice.evidenceDueAt.toISOString(),
          };
    const data = { disputeId, authorizationId, reference: 'of the payment', ...what };
    return this.acquirer.tell(await this.orchestrator.getUrl(), notice.type.replace('_', '.'), data, { id });
  }

  inTransaction<T>(work: (tx: Transaction<OrchestratorStores>) => Promise<T>): Promise<T> {
    return this.orchestrator.get<UnitOfWork<OrchestratorStores>>(UnitOfWork).run(work);
  }

  refund({ id }: ChargedPayment, key: string, minor: bigint): Promise<Answer> {
    return this.api.get(RefundPayment).execute({
      merchantId: this.merchantId,
      idempotencyKey: key,
      paymentId: id,
      amount: { minor, currency: 'EUR' },
      reason: null,
      awaitOutcomeMs: 10_000,
    });
  }

  /** What the payment's row says of disputes: `400 disputed, 0 charged back`. */
  async balanceOf({ id }: ChargedPayment): Promise<string> {
    const [row] = await this.query<{ disputed: bigint; charged_back: bigint }>(
      'SELECT disputed, charged_back FROM payments.payment WHERE id = $1',
      [uuidOf(id)],
    );
    return `${row?.disputed} disputed, ${row?.charged_back} charged back`;
  }

  /** The events of the payment behind its capture, without what they all have in front. */
  async storyOf({ id }: ChargedPayment): Promise<string[]> {
    const rows = await this.query<{ type: string }>(
      `SELECT type FROM payments.event WHERE aggregate_id = $1 AND type NOT IN ('payment.created',
         'payment.risk_assessed', 'payment.authorized', 'payment.captured') ORDER BY aggregate_version`,
      [uuidOf(id)],
    );
    return rows.map(({ type }) => type.replace('payment.', ''));
  }

  /** The disputes of the payment: `dp_1 400 opened`. */
  async disputesOf({ id }: ChargedPayment): Promise<string[]> {
    const rows = await this.query<{ line: string }>(
      `SELECT concat_ws(' ', acquirer_dispute, amount, status) AS line FROM payments.dispute WHERE payment_id = $1 ORDER BY 1`,
      [uuidOf(id)],
    );
    return rows.map(({ line }) => line);
  }
}
