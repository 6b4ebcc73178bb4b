import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Answer } from '../../apps/api/src/use-cases/answer.ts';
import { guardLimits } from '../../apps/orchestrator/src/acquirers/guard-limits.ts';
import { uuidOf, type Money, type PaymentId } from '#domain';
import { AcquirerStage } from '../support/acquirer-stage.ts';
import { Charging } from '../support/charging.ts';
import {
  PaymentModel,
  type Fate,
  type ModelAnswer,
  type PaymentCommand,
  type PaymentFigures,
  type PaymentLife,
} from '../support/payment-model.ts';
import { examplesSeed } from '../support/property.ts';
import { anyLife } from '../support/random-life.ts';
import { ScriptedAcquirer } from '../support/scripted-acquirer.ts';
import { deferred, until, type Deferred } from '../support/until.ts';

/** LIVES leads another number of them; a build machine leads five thousand. */
const lives = Number(process.env['LIVES'] ?? 1_000);
/** Lives that are led side by side; each has its own payment, its own time and its own part of the seed. */
const sideBySide = 48;

let acquirer: ScriptedAcquirer;
let charging: Charging;

beforeAll(async () => {
  acquirer = await ScriptedAcquirer.start();
  acquirer.play = async (call) => (await stageOf(call.reference).promise).play(call);
  charging = await Charging.set(
    async () => ({ ACQUIRER_ALPHA_URL: acquirer.url, ACQUIRER_TIMEOUT_MS: '10000' }),
    // Lives that have trouble with the same operation at the same time would open its breaker for all others, whose time
    // to try again never comes here. That an acquirer is left alone is another test's matter.
    { ...guardLimits, callsMin: Infinity },
  );
  await charging.owner.query(stoppedTime);
});

afterAll(async () => {
  await charging.clear();
  await acquirer.stop();
});

/**
 * Time stands still for the sagas: whatever is to be looked at or tried again later lies a thousand years ahead, until the
 * test makes its time come. Only the policy for silent risk goes by the real clock.
 */
const stoppedTime = `
  CREATE FUNCTION payments.stop_time() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF NEW.next_action <> 'decide_without_risk' AND NEW.lease_owner IS NULL THEN
      NEW.next_run_at := NEW.next_run_at + interval '1000 years';
    END IF;
    RETURN NEW;
  END $$;
  CREATE TRIGGER stop_time BEFORE INSERT OR UPDATE ON payments.saga FOR EACH ROW
    WHEN (NEW.next_run_at < now() + interval '100 years')
    EXECUTE FUNCTION payments.stop_time()`;

/** The acquirer may hear of a payment before the client has heard its id. */
const stages = new Map<string, Deferred<AcquirerStage>>();

function stageOf(reference: string): Deferred<AcquirerStage> {
  const stage = stages.get(reference) ?? deferred<AcquirerStage>();
  stages.set(reference, stage);
  return stage;
}

/** A life as it is led, by the services and by the model. */
class Led {
  private readonly model: PaymentModel;
  private readonly stage = new AcquirerStage();
  private readonly asked: {
    readonly ask: (key: Keyed) => Promise<Answer>;
    readonly key: string;
    readonly answer: Answer;
  }[] = [];

  private constructor(
    private readonly life: PaymentLife,
    private readonly paymentId: PaymentId,
  ) {
    this.model = new PaymentModel(life);
  }

  static async lead(life: PaymentLife): Promise<void> {
    const { captureMethod, amount, authorization, automaticCapture } = life;
    const paymentId = await charging.pay({ captureMethod, amount: eur(amount), awaitOutcomeMs: 0 });
    const led = new Led(life, paymentId);
    led.stage.setFate('authorize', amount, authorization);
    if (captureMethod === 'automatic') led.stage.setFate('capture', amount, automaticCapture);
    stageOf(paymentId).resolve(led.stage);
    await led.toItsEnd();
    stages.delete(paymentId);
  }

  private async toItsEnd(): Promise<void> {
    await this.agree('its creation');
    for (const [index, next] of this.life.commands.entries()) {
      await this.obey(next, index + 1);
      await this.agree(`command ${index} (${next.do})`);
    }
    await this.rest();
    await this.agree('its end');
    await this.isWhole();
  }

  private async obey(next: PaymentCommand, digit: number): Promise<void> {
    const { model, paymentId: id } = this;
    switch (next.do) {
      case 'rest':
        return this.rest();
      case 'hold_over':
        if (model.holdOver()) this.stage.setFate('void', 0, 'approved');
        return this.endHold();
      case 'again':
        return this.askAgain(next.which);
      case 'capture_foreign': {
        const amount: Money = { minor: BigInt(next.minor), currency: 'USD' };
        return this.ask({ code: 'invalid_input' }, (asked) => charging.capture(id, { amount, ...asked }));
      }
      case 'void': {
        const isFirst = !model.isReleasing();
        const expected = model.void(next.fate);
        // One that is refused says nothing of the void by which the charge may give back its hold later.
        if (isFirst && expected === 'accepted') this.stage.setFate('void', 0, next.fate);
        return this.ask(expected, (asked) => charging.void(id, asked));
      }
      case 'capture':
      case 'refund':
      case 'increase':
        return this.move(next, next.minor * 10 + digit);
    }
  }

  private async move(next: Extract<PaymentCommand, { minor: number; fate: Fate }>, minor: number): Promise<void> {
    const { model, paymentId: id } = this;
    const amount = eur(minor);
    this.stage.setFate(next.do, minor, next.fate);
    switch (next.do) {
      case 'capture': {
        const { final } = next;
        const expected = model.capture(minor, final, next.fate);
        return this.ask(expected, (asked) => charging.capture(id, { amount, final, ...asked }));
      }
      case 'refund':
        return this.ask(model.refund(minor, next.fate), (asked) => charging.refund(id, { amount, ...asked }));
      case 'increase':
        return this.ask(model.increase(minor, next.fate), (asked) => charging.increase(id, amount, asked));
    }
  }

  private async ask(expected: ModelAnswer, ask: (asked: Keyed) => Promise<Answer>): Promise<void> {
    const key = `${this.paymentId} ${this.asked.length}`;
    const answer = await ask({ idempotencyKey: key, awaitOutcomeMs: 0 });
    this.asked.push({ ask, key, answer });
    expect(inShort(answer)).toEqual(expected);
    expect(answer.replayed).toBe(false);
  }

  private async askAgain(which: number): Promise<void> {
    const earlier = this.asked[which % this.asked.length];
    if (earlier === undefined) return;
    const answer = await earlier.ask({ idempotencyKey: earlier.key, awaitOutcomeMs: 0 });
    // What could never be asked for is not remembered.
    expect(answer).toEqual(inShort(answer) === invalidInput ? earlier.answer : { ...earlier.answer, replayed: true });
  }

  /** In the order in which it was asked for, since what comes first may decide what the second can do. */
  private async rest(): Promise<void> {
    this.model.rest();
    this.stage.letTimePass();
    await until(`${this.paymentId} to rest`, async () => {
      const { rows } = await charging.owner.query<{ id: string; waits: boolean }>(oldestAtWork, [
        uuidOf(this.paymentId),
      ]);
      const [oldest] = rows;
      if (oldest?.waits === true) await this.makeDue(`id = $2 AND ${isAtWork}`, oldest.id);
      return oldest === undefined;
    });
    this.stage.stopTime();
  }

  private async endHold(): Promise<void> {
    await this.makeDue(`step = 'holding'`);
    await until('the end of the hold to be noticed', async () => {
      const { rowCount } = await charging.owner.query(
        `SELECT 1 FROM payments.saga WHERE payment_id = $1 AND lease_owner IS NOT NULL AND step <> 'ended'`,
        [uuidOf(this.paymentId)],
      );
      return rowCount === 0;
    });
  }

  private async makeDue(condition: string, ...values: readonly string[]): Promise<void> {
    await charging.owner.query(
      `UPDATE payments.saga SET next_run_at = now(), lease_owner = 'the test' WHERE payment_id = $1 AND ${condition}`,
      [uuidOf(this.paymentId), ...values],
    );
  }

  private async agree(after: string): Promise<void> {
    let found: unknown;
    await until(
      'model and system to agree',
      async () => {
        found = await this.figures();
        return JSON.stringify(found) === JSON.stringify(this.model.figures);
      },
      { everyMs: 60 },
    ).catch(() => expect(found, `after ${after}`).toEqual(this.model.figures));
  }

  private async figures(): Promise<PaymentFigures | undefined> {
    const { rows } = await charging.owner.query<PaymentFigures>(
      `SELECT state, amount::integer, authorized::integer, capture_pending::integer AS "capturePending",
         captured::integer, void_pending::integer AS "voidPending", voided::integer,
         refund_pending::integer AS "refundPending", refunded::integer, increase_pending::integer AS "increasePending",
         (SELECT count(*)::integer FROM payments.saga LEFT JOIN payments.attempt ON attempt.id = attempt_id
           WHERE saga.payment_id = payment.id AND ${isAtWork} AND (next_action = 'attempt' OR attempt.state = 'outcome_unknown')
         ) AS "underWay"
       FROM payments.payment WHERE id = $1`,
      [uuidOf(this.paymentId)],
    );
    return rows[0] && { ...rows[0] };
  }

  /** The acquirer did what the model says, and the log tells of it, once and without a gap. */
  private async isWhole(): Promise<void> {
    expect(acquirer.approvedFor(this.paymentId).sort()).toEqual([...this.model.done].sort());
    const { rows } = await charging.owner.query<{ gaps: boolean; captured: number; refunded: number }>(
      `SELECT count(*) <> max(aggregate_version) AS gaps,
         coalesce(sum((payload::json ->> 'amount')::integer) FILTER (WHERE type = 'payment.captured'), 0)::integer AS captured,
         coalesce(sum((payload::json ->> 'amount')::integer) FILTER (WHERE type = 'payment.refunded'), 0)::integer AS refunded
       FROM payments.event WHERE aggregate_id = $1`,
      [uuidOf(this.paymentId)],
    );
    const { captured, refunded } = this.model.figures;
    expect(rows).toEqual([{ gaps: false, captured, refunded }]);
  }
}

const isAtWork = `step NOT IN ('ended', 'holding', 'watching', 'needs_person')`;
const oldestAtWork = `
  SELECT id, next_run_at > now() + interval '100 years' AS waits FROM payments.saga
  WHERE payment_id = $1 AND ${isAtWork} ORDER BY created_at LIMIT 1`;

interface Keyed {
  readonly idempotencyKey: string;
  readonly awaitOutcomeMs: number;
}

const invalidInput = { code: 'invalid_input' } as const;

function inShort(answer: Answer): ModelAnswer {
  if (answer.kind === 'accepted') return 'accepted';
  const { refusal } = answer;
  switch (refusal.code) {
    case 'invalid_state':
      return { code: refusal.code, allowed: refusal.allowedActions };
    case 'amount_exceeded':
      return { code: refusal.code, available: refusal.availableMinor };
    case 'invalid_input':
      return invalidInput;
    default:
      throw new Error(`refused for another reason: ${refusal.message}`);
  }
}

function eur(minor: number): Money {
  return { minor: BigInt(minor), currency: 'EUR' };
}

test(`${lives} random lives of payments, as a model of a page tells them`, { timeout: 600_000 }, async () => {
  // Neighbouring seeds begin alike, and the lanes would do the same at the same time.
  const lanes = fc.sample(fc.integer(), { seed: examplesSeed, numRuns: sideBySide }).map((laneSeed) =>
    fc.assert(
      fc.asyncProperty(anyLife, (life) => Led.lead(life)),
      { seed: laneSeed, numRuns: Math.ceil(lives / sideBySide) },
    ),
  );
  for (const led of await Promise.allSettled(lanes)) if (led.status === 'rejected') throw led.reason;
});
