import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { chargeKeyOf } from '../../apps/orchestrator/src/use-cases/charge-key.ts';
import { TellSagas } from '../../apps/orchestrator/src/use-cases/tell-sagas.ts';
import { idOf, uuidOf, type Money, type PaymentId } from '#domain';
import { Charging } from '../support/charging.ts';
import { ScriptedAcquirer, scriptedSecret, type Play } from '../support/scripted-acquirer.ts';
import { deferred, until } from '../support/until.ts';

let acquirer: ScriptedAcquirer;
let charging: Charging;
let orchestratorUrl: string;

beforeAll(async () => {
  acquirer = await ScriptedAcquirer.start();
  charging = await Charging.set(async () => ({
    ACQUIRER_ALPHA_URL: acquirer.url,
    SANDBOX_CALLBACK_SECRET: scriptedSecret,
    ACQUIRER_TIMEOUT_MS: '1000',
    ACTION_DEADLINE_MS: '1000',
  }));
  orchestratorUrl = await charging.orchestrator.getUrl();
});

afterEach(() => {
  acquirer.play = () => 'answer';
  acquirer.tells = () => true;
});

afterAll(async () => {
  await charging.clear();
  await acquirer.stop();
});

const manual = { captureMethod: 'manual' } as const;
const eur = (minor: number): Money => ({ minor: BigInt(minor), currency: 'EUR' });
const amount = 1_099;

async function told(id: PaymentId): Promise<string[]> {
  return (await charging.eventsOf(id)).filter((type) => !['created', 'risk_assessed'].includes(type));
}

describe('two who are at one hold', () => {
  test('an automatic capture was refused and its hold is being released: a void of the merchant joins in', async () => {
    const release = deferred();
    acquirer.play = async ({ operation }): Promise<Play> => {
      if (operation === 'capture')
        return { status: 'declined', declineCode: 'do_not_honor', soft: false, message: 'no' };
      if (operation === 'void') await release.promise;
      return 'answer';
    };
    const id = await charging.pay({ awaitOutcomeMs: 0 });
    await charging.reaches(id, 'voiding');
    expect(await charging.void(id, { awaitOutcomeMs: 0 })).toMatchObject({ kind: 'accepted' });
    release.resolve();
    await charging.reaches(id, 'failed');
    expect(acquirer.doneFor(id)).toEqual(['authorize', 'capture', 'void']);
    expect(await charging.balanceOf(id)).toEqual({ amount, authorized: amount, voided: amount });
  });

  test('a capture is told that the hold is gone while another one is unknown, and was done', async () => {
    acquirer.play = ({ operation, amountMinor }) => {
      if (operation !== 'capture') return 'answer';
      if (amountMinor === 400) return 'drop_reply';
      return { status: 'declined', declineCode: 'authorization_expired', soft: false, message: 'gone' };
    };
    const id = await charging.pay(manual);
    await charging.capture(id, { amount: eur(400), final: false, awaitOutcomeMs: 0 });
    await until('the first to be unknown', async () =>
      (await charging.attemptsInShort(id)).includes('capture outcome_unknown'),
    );
    await charging.capture(id, { amount: eur(300), final: false });
    expect(await charging.balanceOf(id)).toEqual({ amount, authorized: amount, capture_pending: 400, voided: 699 });
    expect(await charging.stateOf(id)).toBe('authorized');
    await charging.hurry(id);
    await charging.reaches(id, 'captured');
    expect(await charging.balanceOf(id)).toEqual({ amount, authorized: amount, captured: 400, voided: 699 });
  });

  test('an increase is on its way: nobody captures or voids until it has ended', async () => {
    const answer = deferred();
    acquirer.play = async ({ operation }): Promise<Play> => {
      if (operation === 'increase') await answer.promise;
      return 'answer';
    };
    const id = await charging.pay(manual);
    await charging.increase(id, eur(500), { awaitOutcomeMs: 0 });
    const notNow = { kind: 'refused', refusal: { code: 'invalid_state', allowedActions: [] } };
    expect(await charging.capture(id)).toMatchObject(notNow);
    expect(await charging.void(id)).toMatchObject(notNow);
    expect(await charging.increase(id, eur(1))).toMatchObject(notNow);
    answer.resolve();
    await until('it to have ended', async () => (await charging.eventsOf(id)).includes('increased'));
    expect(await charging.capture(id)).toMatchObject({ kind: 'accepted' });
    expect(await charging.balanceOf(id)).toEqual({ amount: 1_599, authorized: 1_599, captured: 1_599 });
  });
});

describe('what is held', () => {
  test('is captured in parts, and what is left is voided', async () => {
    const id = await charging.pay(manual);
    await charging.capture(id, { amount: eur(400), final: false });
    await charging.capture(id, { amount: eur(300), final: false });
    expect(await charging.stateOf(id)).toBe('partially_captured');
    expect(await charging.void(id)).toMatchObject({ kind: 'accepted' });
    expect(await charging.balanceOf(id)).toEqual({ amount, authorized: amount, captured: 700, voided: 399 });
    expect(await charging.stateOf(id)).toBe('captured');
    expect(acquirer.doneFor(id)).toEqual(['authorize', 'capture', 'capture', 'void']);
  });

  test('is released by the final capture', async () => {
    const id = await charging.pay(manual);
    await charging.capture(id, { amount: eur(400), final: false });
    await charging.capture(id, { amount: eur(300), final: true });
    expect(await charging.balanceOf(id)).toEqual({ amount, authorized: amount, captured: 700, voided: 399 });
    expect(await charging.stateOf(id)).toBe('captured');
    expect(await charging.void(id)).toMatchObject({
      kind: 'refused',
      refusal: { code: 'invalid_state', currentStatus: 'CAPTURED', allowedActions: ['REFUND'] },
    });
  });

  test('stays held when the acquirer refuses to release the rest', async () => {
    const refusal = { status: 'declined', declineCode: 'generic_decline', soft: true, message: 'no' };
    acquirer.play = (call) => (call.operation === 'void' ? refusal : 'answer');
    const id = await charging.pay(manual);
    await charging.capture(id, { amount: eur(400), final: false });
    await charging.void(id);
    expect(await charging.stateOf(id)).toBe('partially_captured');
    expect(await charging.balanceOf(id)).toEqual({ amount, authorized: amount, captured: 400 });
    expect(await told(id)).toEqual(['authorized', 'capture_requested', 'captured', 'void_requested', 'void_failed']);
  });

  test('can be made more before anything is taken', async () => {
    const id = await charging.pay(manual);
    expect(await charging.increase(id, eur(901))).toMatchObject({ kind: 'accepted' });
    expect(await charging.balanceOf(id)).toEqual({ amount: 2_000, authorized: 2_000 });
    await charging.capture(id);
    expect(await charging.balanceOf(id)).toEqual({ amount: 2_000, authorized: 2_000, captured: 2_000 });
    expect(await charging.increase(id, eur(1))).toMatchObject({
      kind: 'refused',
      refusal: { code: 'invalid_state', currentStatus: 'CAPTURED' },
    });
  });

  test('stays as it is when the acquirer refuses more', async () => {
    const refusal = { status: 'declined', declineCode: 'insufficient_funds', soft: true, message: 'no' };
    acquirer.play = (call) => (call.operation === 'increase' ? refusal : 'answer');
    const id = await charging.pay(manual);
    await charging.increase(id, eur(901));
    expect(await charging.balanceOf(id)).toEqual({ amount, authorized: amount });
    expect(await told(id)).toEqual(['authorized', 'increase_requested', 'increase_failed']);
  });
});

describe('when the time of a hold is over', () => {
  test('nothing was taken: it is released, and the payment has expired', async () => {
    const id = await charging.pay(manual);
    expect(await charging.waitingOf(id)).toEqual([
      { step: 'holding', waitingFor: 'the merchant, until the hold ends', nextAction: 'expire' },
    ]);
    await charging.hurry(id);
    await charging.reaches(id, 'expired');
    expect(acquirer.doneFor(id)).toEqual(['authorize', 'void']);
    expect(await charging.capture(id)).toMatchObject({
      kind: 'refused',
      refusal: { code: 'invalid_state', currentStatus: 'EXPIRED', allowedActions: [] },
    });
    expect(await charging.waitingOf(id)).toEqual([]);
  });

  test('a part was taken: the rest is released, and the payment is captured', async () => {
    const id = await charging.pay(manual);
    await charging.capture(id, { amount: eur(400), final: false });
    await charging.hurry(id);
    await charging.reaches(id, 'captured');
    expect(await charging.balanceOf(id)).toEqual({ amount, authorized: amount, captured: 400, voided: 699 });
    expect(await told(id)).toEqual(['authorized', 'capture_requested', 'captured', 'expired']);
  });

  test('a capture is on its way: the capture goes first', async () => {
    const gate = Promise.withResolvers<'answer'>();
    acquirer.play = (call) => (call.operation === 'capture' ? gate.promise : 'answer');
    const id = await charging.pay(manual);
    const capturing = charging.capture(id);
    await until('the capture to be asked for', async () =>
      (await charging.attemptsOf(id)).length === 2 ? true : undefined,
    );
    await charging.owner.query(
      `UPDATE payments.saga SET next_run_at = now() WHERE payment_id = $1 AND step = 'holding'`,
      [uuidOf(id)],
    );
    await until('the end of the hold to be put off', async () => {
      const { rows } = await charging.owner.query(
        `SELECT 1 FROM payments.saga WHERE payment_id = $1 AND step = 'holding' AND lease_owner IS NULL
         AND next_run_at > now() + interval '30 s'`,
        [uuidOf(id)],
      );
      return rows.length === 1 ? true : undefined;
    });
    gate.resolve('answer');
    await capturing;
    expect(await charging.stateOf(id)).toBe('captured');
    expect(acquirer.doneFor(id)).toEqual(['authorize', 'capture']);
  });
});

describe('a challenge', () => {
  const challenged = (id: string) => ({
    status: 'action_required',
    authorizationId: `auth_${id}`,
    redirectUrl: 'https://bank.example/challenge',
  });
  /** Asks for the customer first; what the customer did is told by a callback. */
  const challenge = (): void => {
    acquirer.play = (call) => (call.operation === 'authorize' ? challenged(call.key) : 'answer');
  };
  const decide = async (id: PaymentId, answer: { status: string } & Record<string, unknown>): Promise<void> => {
    const [attempt] = await charging.attemptsOf(id);
    const key = idOf('att', attempt?.id ?? '');
    acquirer.done.set(key, { operation: 'authorize', answer: { authorizationId: `auth_${key}`, ...answer } });
    expect(await acquirer.callBack(orchestratorUrl, key)).toBe(200);
  };

  test('holds the answer until the customer is asked for, and goes on when the customer has confirmed', async () => {
    challenge();
    const id = await charging.pay({ returnUrl: 'https://shop.example/done' });
    expect(await charging.stateOf(id)).toBe('requires_action');
    acquirer.play = () => 'answer';
    await decide(id, { status: 'approved', amountMinor: amount });
    await charging.reaches(id, 'captured');
    expect(await told(id)).toEqual(['action_required', 'authorized', 'captured']);
    expect(await charging.attemptsInShort(id)).toEqual(['authorize approved', 'capture approved']);
  });

  test('that the customer refuses declines the payment', async () => {
    challenge();
    const id = await charging.pay();
    await decide(id, { status: 'declined', declineCode: 'authentication_failed', soft: false, message: 'no' });
    expect(await charging.stateOf(id)).toBe('declined');
  });

  test('that we know of is not forgotten because the call was surely not sent the second time', async () => {
    challenge();
    const id = await charging.pay();
    const [attempt] = await charging.attemptsOf(id);
    const answer = { type: 'not_sent', reason: 'nobody listened' } as const;
    const happening = { type: 'answered', attemptId: idOf('att', attempt?.id ?? ''), answer } as const;
    const key = chargeKeyOf(charging.merchantId, id);
    await charging.orchestrator.get(TellSagas).tell({ key, happening });
    expect(await charging.attemptsInShort(id)).toEqual(['authorize action_required']);
    acquirer.play = () => 'answer';
    await decide(id, { status: 'approved', amountMinor: amount });
    await charging.reaches(id, 'captured');
    expect(await charging.attemptsInShort(id)).toEqual(['authorize approved', 'capture approved']);
  });

  test('that nobody comes back from is called off, and nothing is held', async () => {
    challenge();
    const id = await charging.pay();
    const [attempt] = await charging.attemptsOf(id);
    // The deadline of a second lies behind when the acquirer is asked; until then the answer changes nothing.
    await until('the challenge to be called off', async () => {
      await charging.hurry(id);
      return (await charging.stateOf(id)) === 'failed' ? true : undefined;
    });
    expect(await charging.attemptsInShort(id)).toEqual(['authorize declined', 'void approved']);
    expect(await told(id)).toEqual(['action_required', 'failed']);
    expect(attempt?.state).toBe('action_required');
  });

  test('that is confirmed after it was called off gives the hold back', async () => {
    challenge();
    const id = await charging.pay();
    await until('the challenge to be called off', async () => {
      await charging.hurry(id);
      return (await charging.stateOf(id)) === 'failed' ? true : undefined;
    });
    acquirer.play = () => 'answer';
    await decide(id, { status: 'approved', amountMinor: amount });
    await until('the hold to be given back', async () => ((await told(id)).includes('reversed') ? true : undefined));
    expect(await charging.attemptsInShort(id)).toEqual(['authorize approved_late', 'void approved', 'void approved']);
    expect(await charging.stateOf(id)).toBe('failed');
  });
});

test('given up after two looks, approved after all: voided once, and the customer was told nothing was taken', async () => {
  acquirer.play = (call) => (call.operation === 'authorize' ? 'silent' : 'answer');
  acquirer.tells = () => false;
  const id = await charging.pay({ awaitOutcomeMs: 0 });
  await until('the payment to be given up', async () => {
    const [saga] = await charging.waitingOf(id);
    if (saga?.nextAction === 'check') await charging.hurry(id);
    return (await charging.stateOf(id)) === 'failed' ? true : undefined;
  });
  expect(await charging.waitingOf(id)).toMatchObject([{ step: 'watching', nextAction: 'check' }]);
  acquirer.tells = () => true;
  await charging.hurry(id);
  await until('the hold to be given back', async () => ((await told(id)).includes('reversed') ? true : undefined));
  expect(await charging.attemptsInShort(id)).toEqual(['authorize approved_late', 'void approved']);
  expect(acquirer.doneFor(id)).toEqual(['authorize', 'void']);
  expect(await charging.waitingOf(id)).toEqual([]);
});
