import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pg from 'pg';
import { CapturePayment } from '../../apps/api/src/use-cases/capture-payment.ts';
import { CreatePayment } from '../../apps/api/src/use-cases/create-payment.ts';
import type { FindAnswer } from '../../apps/orchestrator/src/acquirers/acquirer.ts';
import { chargeKeyOf } from '../../apps/orchestrator/src/use-cases/charge-key.ts';
import type { Happening } from '../../apps/orchestrator/src/use-cases/happening.ts';
import { TellSagas } from '../../apps/orchestrator/src/use-cases/tell-sagas.ts';
import { idOf, uuidOf, type AttemptId, type CaptureMethod, type PaymentId } from '#domain';
import { administer } from './admin-door.ts';
import { createDatabase } from './database.ts';
import { openMerchantDoor, type MerchantDoor } from './merchant-door.ts';
import { startNats } from './nats.ts';
import { aPayment } from './payments.ts';
import { startApiHere, startOrchestratorHere, startSandboxHere } from './services.ts';
import { until } from './until.ts';

export interface Settled {
  readonly paymentId: string | null;
  readonly status: string | null;
  readonly userErrors: readonly object[];
}

export interface Stuck {
  readonly paymentId: string;
  readonly step: string;
  readonly reason: string;
  readonly since: string;
  readonly nextLookAt: string | null;
  readonly attempt: { readonly number: number; readonly outcome: string; readonly canBeSettledAs: string[] } | null;
}

/** Payments, their acquirer, and a person who can look at both and say what became of an attempt. */
export class HandStage {
  private references = 0;
  private readonly parts: HandStageParts;

  private constructor(parts: HandStageParts) {
    this.parts = parts;
  }

  static async open(): Promise<HandStage> {
    const [database, nats] = await Promise.all([createDatabase(), startNats()]);
    const owner = new pg.Client({ connectionString: database.ownerUrl });
    await owner.connect();
    const sandbox = await startSandboxHere({ database });
    const sandboxUrl = await sandbox.getUrl();
    // Nobody answers for risk here: the policy lets what is within the floor go on after 100 ms.
    const environment = { FRAUD_DEADLINE_MS: '100', ACQUIRER_TIMEOUT_MS: '300' };
    const orchestrator = await startOrchestratorHere({ database, nats, sandboxUrl, environment });
    const api = await startApiHere({ database, nats });
    const door = await openMerchantDoor(api);
    const close = async (): Promise<void> => {
      for (const app of [api, orchestrator, sandbox]) await app.close();
      await owner.end();
      await nats.stop();
      await database.drop();
    };
    return new HandStage({ api, orchestrator, owner, sandboxUrl, door, close });
  }

  get door(): MerchantDoor {
    return this.parts.door;
  }

  close(): Promise<void> {
    return this.parts.close();
  }

  async charge(cardToken: string, captureMethod: CaptureMethod = 'automatic'): Promise<PaymentId> {
    this.references += 1;
    const reference = `order-${this.references}`;
    const command = aPayment(this.door.merchantId, { idempotencyKey: reference, reference, cardToken, captureMethod });
    const answer = await this.parts.api.get(CreatePayment).execute(command);
    if (answer.kind !== 'accepted') throw new Error(answer.refusal.message);
    return answer.paymentId;
  }

  /** The merchant asks for all that is held. */
  async capture(paymentId: PaymentId): Promise<void> {
    const { merchantId } = this.door;
    const command = {
      merchantId,
      idempotencyKey: 'capture',
      paymentId,
      amount: undefined,
      final: true,
      awaitOutcomeMs: 0,
    };
    const answer = await this.parts.api.get(CapturePayment).execute(command);
    if (answer.kind !== 'accepted') throw new Error(answer.refusal.message);
  }

  async rows<Row extends pg.QueryResultRow>(sql: string, id: PaymentId): Promise<Row[]> {
    return (await this.parts.owner.query<Row>(sql, [uuidOf(id)])).rows;
  }

  async stateOf(id: PaymentId): Promise<string | undefined> {
    return (await this.rows<{ state: string }>('SELECT state FROM payments.payment WHERE id = $1', id))[0]?.state;
  }

  async untilIs(state: string, id: PaymentId): Promise<void> {
    await until(`${id} to be ${state}`, async () => (await this.stateOf(id)) === state);
  }

  /** `operation state`, by their numbers. */
  async attemptsOf(id: PaymentId): Promise<string[]> {
    const attempts = await this.rows<{ attempt: string }>(
      `SELECT operation || ' ' || state AS attempt FROM payments.attempt WHERE payment_id = $1 ORDER BY number`,
      id,
    );
    return attempts.map(({ attempt }) => attempt);
  }

  /** Whether the last attempt, of this number, stands so. */
  async untilAttempt(id: PaymentId, number: number, expected: string): Promise<void> {
    await until(`attempt ${number} of ${id} to be ${expected}`, async () => {
      return (await this.attemptsOf(id))[number - 1] === expected;
    });
  }

  async attemptId(id: PaymentId, number: number): Promise<AttemptId> {
    const rows = await this.rows<{ number: number; id: string }>(
      'SELECT number, id FROM payments.attempt WHERE payment_id = $1',
      id,
    );
    return idOf('att', rows.find((row) => row.number === number)?.id ?? '');
  }

  /** The types of what happened since the authorization was asked for. */
  async storyOf(id: PaymentId): Promise<string[]> {
    const events = await this.rows<{ type: string }>(
      'SELECT type FROM payments.event WHERE aggregate_id = $1 AND aggregate_version > 2 ORDER BY aggregate_version',
      id,
    );
    return events.map(({ type }) => type);
  }

  async stepOf(id: PaymentId): Promise<string | undefined> {
    const rows = await this.rows<{ step: string }>(
      `SELECT step FROM payments.saga WHERE payment_id = $1 AND kind = 'charge'`,
      id,
    );
    return rows[0]?.step;
  }

  /** Tells the charge of the payment what happened, as if it had come from outside. */
  async tell(id: PaymentId, happening: Happening): Promise<void> {
    const key = chargeKeyOf(this.door.merchantId, id);
    await this.parts.orchestrator.get(TellSagas).tell({ key, happening });
  }

  /** As if somebody had asked just now. */
  async answer(id: PaymentId, number: number, answer: FindAnswer): Promise<void> {
    const { rows } = await this.parts.owner.query<{ epoch: number }>(
      `SELECT epoch FROM payments.saga WHERE payment_id = $1 ORDER BY (step = 'ended'), created_at DESC LIMIT 1`,
      [uuidOf(id)],
    );
    const attemptId = await this.attemptId(id, number);
    await this.tell(id, { type: 'answered', attemptId, answer, epoch: rows[0]?.epoch ?? 0 });
  }

  /** What the acquirer really did for the payment, in its own words: `operation amount`. */
  async truthOf(id: PaymentId): Promise<string[]> {
    const { rows } = await this.parts.owner.query<{ effect: string }>(
      `SELECT operation || ' ' || amount_minor AS effect FROM sandbox.effect WHERE reference = $1 ORDER BY seq`,
      [id],
    );
    return rows.map(({ effect }) => effect);
  }

  /** The acquirer's id of the payment's authorization, as a person sees it in the acquirer's console. */
  async referenceOf(id: PaymentId): Promise<string> {
    const { rows } = await this.parts.owner.query<{ authorization_id: string }>(
      'SELECT authorization_id FROM sandbox.effect WHERE reference = $1',
      [id],
    );
    return rows[0]?.authorization_id ?? '';
  }

  /** Something done in the acquirer's console. */
  async byHandAtAcquirer(path: string, body: object): Promise<void> {
    await this.post(`/acquirers/alpha${path}`, body);
  }

  async hang(hang: boolean): Promise<void> {
    await this.post('/control/acquirers/alpha', { hang });
  }

  /** Keeps authorizations away from the only acquirer, or lets them go again. */
  async breaker(change: 'openBreaker' | 'closeBreaker'): Promise<void> {
    await administer(
      this.parts.api,
      `mutation ($input: BreakerInput!) { ${change}(input: $input) { userErrors { message } } }`,
      { input: { acquirer: 'alpha', operation: 'AUTHORIZE', reason: 'a test' } },
    );
  }

  async stuck(): Promise<readonly Stuck[]> {
    const { stuckSagas } = await administer<{ stuckSagas: Stuck[] }>(
      this.parts.api,
      `{ stuckSagas { paymentId merchantId reference kind step reason since nextLookAt attempt {
        number acquirer operation outcome amount { decimal } answeredAmount { decimal } acquirerReference startedAt
        canBeSettledAs } } }`,
    );
    return stuckSagas;
  }

  async stuckOn(id: PaymentId): Promise<Stuck | undefined> {
    return (await this.stuck()).find(({ paymentId }) => paymentId === id);
  }

  async settle(paymentId: string, attemptNumber: number, outcome: string, rest: object = {}): Promise<Settled> {
    const { settleAttempt } = await administer<{ settleAttempt: Settled }>(
      this.parts.api,
      `mutation ($input: SettleAttemptInput!) {
        settleAttempt(input: $input) {
          paymentId status
          userErrors { __typename message path ... on InvalidStateError { currentStatus } }
        }
      }`,
      { input: { paymentId, attemptNumber, outcome, reason: 'seen in their console', ...rest } },
    );
    return settleAttempt;
  }

  private async post(path: string, body: object): Promise<void> {
    const response = await fetch(this.parts.sandboxUrl + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  }
}

interface HandStageParts {
  readonly api: NestFastifyApplication;
  readonly orchestrator: NestFastifyApplication;
  readonly owner: pg.Client;
  readonly sandboxUrl: string;
  readonly door: MerchantDoor;
  readonly close: () => Promise<void>;
}
