import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { uuidOf, type PaymentId } from '#domain';
import { Charging } from '../support/charging.ts';
import { MortalOrchestrator } from '../support/mortal-orchestrator.ts';
import { ScriptedAcquirer, type ScriptedOperation } from '../support/scripted-acquirer.ts';
import { until } from '../support/until.ts';

/** A payment up to the operation, how the operation comes about, and where all of it has to end. */
interface Flow {
  readonly operation: ScriptedOperation;
  readonly prepare?: (stage: CrashStage) => Promise<PaymentId>;
  /** Without it the operation comes about by itself, when the payment is created with these. */
  readonly ask?: (stage: CrashStage, id: PaymentId) => Promise<unknown>;
  readonly created?: { readonly captureMethod: 'automatic' | 'manual' };
  readonly refusesCapture?: true;
  /** It is only the time that has come. */
  readonly withoutMessage?: true;
  readonly state: string;
  readonly balance: Readonly<Record<string, number>>;
  readonly approved: readonly string[];
}

const unasked = { awaitOutcomeMs: 0 } as const;
const amount = { minor: 1_000n, currency: 'EUR' } as const;
const held = ({ charging }: CrashStage): Promise<PaymentId> => charging.pay({ amount, captureMethod: 'manual' });
const taken = ({ charging }: CrashStage): Promise<PaymentId> => charging.pay({ amount });

const flows: Readonly<Record<string, Flow>> = {
  'an authorization': {
    operation: 'authorize',
    created: { captureMethod: 'manual' },
    state: 'authorized',
    balance: { amount: 1_000, authorized: 1_000 },
    approved: ['authorize 1000'],
  },
  'an automatic capture': {
    operation: 'capture',
    created: { captureMethod: 'automatic' },
    state: 'captured',
    balance: { amount: 1_000, authorized: 1_000, captured: 1_000 },
    approved: ['authorize 1000', 'capture 1000'],
  },
  'the release after a refused capture': {
    operation: 'void',
    created: { captureMethod: 'automatic' },
    refusesCapture: true,
    state: 'failed',
    balance: { amount: 1_000, authorized: 1_000, voided: 1_000 },
    approved: ['authorize 1000', 'void'],
  },
  'a capture': {
    operation: 'capture',
    prepare: held,
    ask: ({ charging }, id) => charging.capture(id, unasked),
    state: 'captured',
    balance: { amount: 1_000, authorized: 1_000, captured: 1_000 },
    approved: ['authorize 1000', 'capture 1000'],
  },
  'an increase': {
    operation: 'increase',
    prepare: held,
    ask: ({ charging }, id) => charging.increase(id, { minor: 500n, currency: 'EUR' }, unasked),
    state: 'authorized',
    balance: { amount: 1_500, authorized: 1_500 },
    approved: ['authorize 1000', 'increase 500'],
  },
  'a void': {
    operation: 'void',
    prepare: held,
    ask: ({ charging }, id) => charging.void(id, unasked),
    state: 'voided',
    balance: { amount: 1_000, authorized: 1_000, voided: 1_000 },
    approved: ['authorize 1000', 'void'],
  },
  'the release of a hold that is over': {
    operation: 'void',
    prepare: held,
    ask: ({ charging }, id) => charging.hurry(id),
    withoutMessage: true,
    state: 'expired',
    balance: { amount: 1_000, authorized: 1_000, voided: 1_000 },
    approved: ['authorize 1000', 'void'],
  },
  'the calling off of a challenge': {
    operation: 'void',
    prepare: unreturned,
    ask: ({ charging }, id) => charging.hurry(id),
    withoutMessage: true,
    state: 'failed',
    balance: { amount: 1_000 },
    approved: ['void'],
  },
  'the reversal of a late approval': {
    operation: 'void',
    prepare: deniedTooLong,
    ask: ({ charging }, id) => charging.hurry(id),
    withoutMessage: true,
    state: 'failed',
    balance: { amount: 1_000 },
    approved: ['authorize 1000', 'void'],
  },
  'a refund': {
    operation: 'refund',
    prepare: taken,
    ask: ({ charging }, id) => charging.refund(id, unasked),
    state: 'refunded',
    balance: { amount: 1_000, authorized: 1_000, captured: 1_000, refunded: 1_000 },
    approved: ['authorize 1000', 'capture 1000', 'refund 1000'],
  },
};

/** The customer has not come back from the challenge, and the time for it is over. */
async function unreturned({ acquirer, charging }: CrashStage): Promise<PaymentId> {
  const redirectUrl = 'http://127.0.0.1:1/challenge';
  acquirer.play = ({ key }) => ({ status: 'action_required', authorizationId: `auth_${key}`, redirectUrl });
  const id = await charging.pay({ amount });
  await charging.reaches(id, 'requires_action');
  await charging.owner.query(
    `UPDATE payments.attempt SET started_at = started_at - interval '1 hour' WHERE payment_id = $1`,
    [uuidOf(id)],
  );
  acquirer.play = () => 'answer';
  return id;
}

/** The acquirer took it and denied it until the payment had failed. */
async function deniedTooLong({ acquirer, charging }: CrashStage): Promise<PaymentId> {
  acquirer.play = () => 'drop_reply';
  acquirer.tells = () => false;
  const id = await charging.pay({ amount, ...unasked });
  await until('the payment to be given up', async () => {
    await charging.hurry(id);
    return (await charging.stateOf(id)) === 'failed';
  });
  acquirer.play = () => 'answer';
  acquirer.tells = () => true;
  return id;
}

/** Where the process is killed, once, while it is at the operation. */
const unacknowledged = 'the message that began it not acknowledged yet';
const points: Readonly<Record<string, (stage: CrashStage, operation: ScriptedOperation) => void | Promise<void>>> = {
  'its intention just written': (stage, operation) => stage.killWhenWritten('submitted', operation),
  'done, and not heard of yet': (stage, operation) => stage.killDuring(operation),
  'its outcome just written': (stage, operation) => stage.killWhenWritten('approved', operation),
  [unacknowledged]: ({ orchestrator }) => orchestrator.killAtAck(),
};

/** Tells the test of each attempt's state when it is committed. */
const attemptsTell = `
  CREATE FUNCTION payments.tell_of_attempt() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN PERFORM pg_notify('attempts', NEW.operation || ' ' || NEW.state); RETURN NULL; END $$;
  CREATE TRIGGER tell_of_attempt AFTER INSERT OR UPDATE OF state ON payments.attempt
    FOR EACH ROW EXECUTE FUNCTION payments.tell_of_attempt();
  LISTEN attempts`;

class CrashStage {
  private constructor(
    readonly acquirer: ScriptedAcquirer,
    readonly charging: Charging,
    readonly orchestrator: MortalOrchestrator,
    private readonly ears: pg.Client,
  ) {}

  static async set(): Promise<CrashStage> {
    const acquirer = await ScriptedAcquirer.start();
    const charging = await Charging.setWithoutOrchestrator();
    const variables = { ACQUIRER_ALPHA_URL: acquirer.url, ACQUIRER_TIMEOUT_MS: '500' };
    const orchestrator = await MortalOrchestrator.start(charging, variables);
    const ears = new pg.Client({ connectionString: charging.database.ownerUrl });
    await ears.connect();
    await ears.query(attemptsTell);
    return new CrashStage(acquirer, charging, orchestrator, ears);
  }

  killWhenWritten(state: string, operation: ScriptedOperation): void {
    this.ears.on('notification', ({ payload }) => {
      if (payload === `${operation} ${state}`) this.orchestrator.kill();
    });
  }

  killDuring(operation: ScriptedOperation): void {
    const { play: otherwise } = this.acquirer;
    this.acquirer.play = (call) => {
      if (call.operation !== operation) return otherwise(call);
      this.acquirer.play = otherwise;
      this.orchestrator.kill();
      return 'silent';
    };
  }

  refuseCaptures(): void {
    this.acquirer.play = ({ operation }) =>
      operation === 'capture'
        ? { status: 'declined', declineCode: 'do_not_honor', soft: false, message: 'no' }
        : 'answer';
  }

  forget(): void {
    this.acquirer.play = () => 'answer';
    this.ears.removeAllListeners('notification');
  }

  async clear(): Promise<void> {
    await this.ears.end();
    await this.orchestrator.stop();
    await this.charging.clear();
    await this.acquirer.stop();
  }
}

// Each with an orchestrator of its own, and side by side: most of the time is the time after which a dead one's work is taken up.
describe.concurrent.each(Object.keys(points))('killed with %s', (point) => {
  let stage: CrashStage;
  beforeAll(async () => {
    stage = await CrashStage.set();
  });
  afterAll(() => stage.clear());

  test('every operation comes to its end, and is done once', { timeout: 120_000 }, async () => {
    for (const [name, flow] of Object.entries(flows)) {
      if (flow.withoutMessage && point === unacknowledged) continue;
      const id = await through(flow, point, stage);
      expect(await stage.charging.balanceOf(id), name).toEqual(flow.balance);
      expect(stage.acquirer.approvedFor(id).sort(), name).toEqual([...flow.approved].sort());
      expect(await approvedAttempts(stage, id), name).toEqual([...flow.approved].sort());
    }
  });
});

/** Kills the orchestrator at the point, and starts it again until nobody has anything left to do for the payment. */
async function through(flow: Flow, point: string, stage: CrashStage): Promise<PaymentId> {
  const { charging, orchestrator } = stage;
  const begun = await flow.prepare?.(stage);
  if (flow.refusesCapture) stage.refuseCaptures();
  await points[point]?.(stage, flow.operation);
  const id = begun ?? (await charging.pay({ amount, ...flow.created, ...unasked }));
  await flow.ask?.(stage, id);
  await orchestrator.isDead();
  if (!flow.refusesCapture) stage.forget();
  await orchestrator.startAgain();
  await charging.reaches(id, flow.state);
  await charging.rests(id);
  stage.forget();
  return id;
}

async function approvedAttempts({ charging }: CrashStage, id: PaymentId): Promise<string[]> {
  const { rows } = await charging.owner.query<{ operation: string; amount: string }>(
    `SELECT operation, amount::text FROM payments.attempt WHERE payment_id = $1 AND state LIKE 'approved%'`,
    [uuidOf(id)],
  );
  return rows.map((row) => (row.operation === 'void' ? row.operation : `${row.operation} ${row.amount}`)).sort();
}
