import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { idOf, type PaymentId } from '#domain';
import { Charging } from '../support/charging.ts';
import { ScriptedAcquirer, scriptedSecret, type ScriptedOperation } from '../support/scripted-acquirer.ts';
import { until } from '../support/until.ts';

let acquirer: ScriptedAcquirer;
let charging: Charging;
let orchestratorUrl: string;

beforeAll(async () => {
  acquirer = await ScriptedAcquirer.start();
  charging = await Charging.set(async () => ({
    ACQUIRER_ALPHA_URL: acquirer.url,
    SANDBOX_CALLBACK_SECRET: scriptedSecret,
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

test('callback and reply together, a thousand times: one transition, and never a refund of a good payment', async () => {
  const callbacks: Promise<number>[] = [];
  acquirer.play = (call) => {
    // The thing is done as soon as we have been asked: the callback is on its way while the reply still is.
    setImmediate(() => callbacks.push(acquirer.callBack(orchestratorUrl, call.key)));
    return 'answer';
  };
  const ids: PaymentId[] = [];
  for (let round = 0; round < 10; round += 1) {
    ids.push(...(await Promise.all(Array.from({ length: 100 }, () => charging.pay({ awaitOutcomeMs: 20_000 })))));
  }
  const answers = await Promise.all(callbacks);

  expect(ids).toHaveLength(1_000);
  const story = ['created', 'risk_assessed', 'authorized', 'captured'];
  for (const id of ids) {
    // On a busy machine our own call may have timed out first; what follows is the same.
    expect((await charging.eventsOf(id)).filter((type) => type !== 'outcome_unknown')).toEqual(story);
  }
  for (const id of ids) expect(acquirer.doneFor(id)).toEqual(['authorize', 'capture']);
  expect(answers).toEqual(Array<number>(2_000).fill(200));
}, 120_000);

/** Brings a payment to where the operation is asked for, and asks without waiting. */
const asked: Record<Exclude<ScriptedOperation, 'increase'>, () => Promise<PaymentId>> = {
  authorize: () => charging.pay({ ...manual, awaitOutcomeMs: 0 }),
  capture: async () => {
    const id = await charging.pay(manual);
    await charging.capture(id, { awaitOutcomeMs: 0 });
    return id;
  },
  void: async () => {
    const id = await charging.pay(manual);
    await charging.void(id, { awaitOutcomeMs: 0 });
    return id;
  },
  refund: async () => {
    const id = await charging.pay();
    await charging.refund(id, { awaitOutcomeMs: 0 });
    return id;
  },
};

const ends = { authorize: 'authorized', capture: 'captured', void: 'voided', refund: 'refunded' } as const;

describe.each(['authorize', 'capture', 'void', 'refund'] as const)(
  'the reply to the %s of two payments',
  (operation) => {
    test('after its time-out, twice, and in reverse order: the same end', async () => {
      acquirer.play = (call) => (call.operation === operation ? 'silent' : 'answer');
      acquirer.tells = () => false;
      const ids = [await asked[operation](), await asked[operation]()] as const;
      const unknown = await until('both calls to have timed out', async () => {
        const attempts = await Promise.all(ids.map((id) => charging.attemptsOf(id)));
        const open = attempts.flatMap((made) => made.filter(({ state }) => state === 'outcome_unknown'));
        return open.length === 2 ? open.map(({ id }) => idOf('att', id)) : undefined;
      });
      const told: number[] = [];
      for (const key of unknown.toReversed()) {
        told.push(await acquirer.callBack(orchestratorUrl, key, { id: `first-${key}` }));
        told.push(await acquirer.callBack(orchestratorUrl, key, { id: `first-${key}` }));
        told.push(await acquirer.callBack(orchestratorUrl, key, { id: `second-${key}` }));
      }
      expect(told).toEqual([200, 200, 200, 200, 200, 200]);
      for (const id of ids) expect(await charging.stateOf(id)).toBe(ends[operation]);
      for (const id of ids) expect(acquirer.doneFor(id).filter((done) => done === operation)).toHaveLength(1);
    });
  },
);

test('a callback that somebody else signed changes nothing', async () => {
  acquirer.play = (call) => (call.operation === 'authorize' ? 'silent' : 'answer');
  acquirer.tells = () => false;
  const id = await charging.pay({ ...manual, awaitOutcomeMs: 0 });
  const attempt = await until('the call to be out', async () => (await charging.attemptsOf(id))[0]);
  const response = await fetch(`${orchestratorUrl}/acquirers/alpha/callbacks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'sandbox-signature': `t=1,v1=${'0'.repeat(64)}` },
    body: JSON.stringify({ id: 'cb_x', type: 'operation.decided', data: { idempotencyKey: attempt.id } }),
  });
  expect(response.status).toBe(401);
  expect(await response.json()).toEqual({
    error: { code: 'not_genuine', message: 'The signature does not hold over this body.' },
  });
  expect(await charging.stateOf(id)).toBe('processing');
});

test('the acquirer ends the hold: the payment expires, and a capture is refused', async () => {
  const id = await charging.pay(manual);
  const [authorization] = await charging.attemptsOf(id);
  const key = idOf('att', authorization?.id ?? '');
  expect(await acquirer.tell(orchestratorUrl, 'authorization.expired', { authorizationId: `auth_${key}` })).toBe(200);
  expect(await charging.stateOf(id)).toBe('expired');
  expect(await charging.capture(id)).toMatchObject({ kind: 'refused', refusal: { code: 'invalid_state' } });
  expect(await charging.eventsOf(id)).toEqual(['created', 'risk_assessed', 'authorized', 'expired']);
});

test('a notice about an authorization that we do not know yet is to be repeated', async () => {
  const unknown = { authorizationId: 'auth_nobody' };
  expect(await acquirer.tell(orchestratorUrl, 'authorization.expired', unknown, { id: 'cb_early' })).toBe(409);
  expect(await acquirer.tell(orchestratorUrl, 'authorization.expired', unknown, { id: 'cb_early' })).toBe(409);
});

test('an acquirer that refused says later that it approved: what it holds goes back, once', async () => {
  const refusal = { status: 'declined', declineCode: 'generic_decline', soft: true, message: 'no' };
  acquirer.play = (call) => (call.operation === 'authorize' ? refusal : 'answer');
  const id = await charging.pay(manual);
  expect(await charging.stateOf(id)).toBe('declined');
  const [attempt] = await charging.attemptsOf(id);
  const key = idOf('att', attempt?.id ?? '');
  const approval = { status: 'approved', authorizationId: `auth_${key}`, amountMinor: 1_099, currency: 'EUR' };
  const data = { idempotencyKey: key, operation: 'authorize', ...approval };
  expect(await acquirer.tell(orchestratorUrl, 'operation.decided', data)).toBe(200);
  expect(await acquirer.tell(orchestratorUrl, 'operation.decided', data)).toBe(200);
  await until('the hold to be given back', async () =>
    (await charging.eventsOf(id)).includes('reversed') ? true : undefined,
  );
  expect(await charging.attemptsInShort(id)).toEqual(['authorize approved_late', 'void approved']);
  expect(await charging.stateOf(id)).toBe('declined');
});
