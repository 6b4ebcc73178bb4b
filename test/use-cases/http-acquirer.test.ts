import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AcquirerRequest } from '../../apps/orchestrator/src/acquirers/acquirer.ts';
import { HttpAcquirer } from '../../apps/orchestrator/src/acquirers/http-acquirer.ts';
import { createMetrics } from '#observability';
import { newId } from '../support/payment-events.ts';

const secret = 'a_secret';
const now = new Date('2026-11-21T12:00:00.000Z');
const nowSeconds = now.getTime() / 1_000;

interface Asked {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly body: unknown;
}

let server: Server;
let acquirer: HttpAcquirer;
let asked: Asked[];
let answer: { status: number; body: string };

beforeEach(async () => {
  asked = [];
  answer = { status: 500, body: '' };
  server = createServer((request, response) => {
    void textOf(request).then((text) => {
      asked.push({ method: request.method, path: request.url, body: text === '' ? undefined : JSON.parse(text) });
      response.writeHead(answer.status).end(answer.body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/acquirers/alpha`;
  const callbacks = { secret, clock: { now: () => now } };
  acquirer = new HttpAcquirer({ name: 'alpha', url, callbacks }, createMetrics('orchestrator'));
});

afterEach(async () => {
  await acquirer.close();
  server.close();
  await once(server, 'close');
});

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}

const request: AcquirerRequest = {
  key: newId('att'),
  operation: 'authorize',
  amount: { minor: 1_099n, currency: 'EUR' },
  cardToken: 'tok_visa',
  reference: 'pay_1',
  authorization: null,
  final: true,
  returnUrl: null,
};

const send = (change: Partial<AcquirerRequest> = {}) =>
  acquirer.send({ ...request, ...change }, new AbortController().signal);

describe('a request', () => {
  test('for an authorization names the return address only when there is one', async () => {
    await send();
    await send({ returnUrl: 'https://shop.example/back' });
    const body = { cardToken: 'tok_visa', amountMinor: 1_099, currency: 'EUR', reference: 'pay_1' };
    expect(asked.map(({ body: sent }) => sent)).toEqual([body, { ...body, returnUrl: 'https://shop.example/back' }]);
  });

  test('for more of an authorization goes to its increases', async () => {
    await send({ operation: 'increase', authorization: 'auth_1', amount: { minor: 400n, currency: 'EUR' } });
    expect(asked).toEqual([
      { method: 'POST', path: '/acquirers/alpha/authorizations/auth_1/increases', body: { amountMinor: 400 } },
    ]);
  });
});

const declined = { status: 'declined', soft: false, message: 'No.' };

describe('an answer', () => {
  test.for([
    [
      { status: 'approved', authorizationId: 'auth_1', amountMinor: 1_099, currency: 'EUR' },
      { type: 'approved', reference: 'auth_1', amountMinor: 1_099n, expiresAt: null },
    ],
    [
      { status: 'approved', authorizationId: 'auth_1', amountMinor: 5, expiresAt: '2026-11-21T12:00:05.000Z' },
      { type: 'approved', reference: 'auth_1', amountMinor: 5n, expiresAt: new Date('2026-11-21T12:00:05.000Z') },
    ],
    [
      { status: 'approved', increaseId: 'incr_1', amountMinor: 400, heldMinor: 1_499 },
      { type: 'approved', reference: 'incr_1', amountMinor: 400n, expiresAt: null },
    ],
    [
      { status: 'approved', voidId: 'void_1' },
      { type: 'approved', reference: 'void_1', amountMinor: null, expiresAt: null },
    ],
    [
      { status: 'action_required', authorizationId: 'auth_1', redirectUrl: 'http://127.0.0.1/c/auth_1' },
      { type: 'action_required', reference: 'auth_1', redirectUrl: 'http://127.0.0.1/c/auth_1' },
    ],
    [
      { ...declined, declineCode: 'authorization_expired' },
      { type: 'declined', code: 'authorization_expired', acquirerCode: 'authorization_expired', message: 'No.' },
    ],
    [
      { ...declined, declineCode: 'constructor' },
      { type: 'declined', code: 'generic_decline', acquirerCode: 'constructor', message: 'No.' },
    ],
  ])('of %j is read as %o', async ([body, read]) => {
    answer = { status: 200, body: JSON.stringify(body) };
    expect(await send()).toEqual(read);
  });

  test.for([
    { status: 'approved' },
    { status: 'approved', authorizationId: '' },
    { status: 'approved', authorizationId: 'auth_1', expiresAt: 'soon' },
    { status: 'action_required', authorizationId: 'auth_1' },
    { status: 'action_required', authorizationId: 'auth_1', redirectUrl: 'javascript:alert(1)' },
  ])('of %j is not as agreed, and so nothing is known', async (body) => {
    answer = { status: 200, body: JSON.stringify(body) };
    expect(await send()).toMatchObject({ type: 'unknown' });
  });
});

const key = newId('att');
const about = { authorizationId: 'auth_1', reference: 'pay_1' };
const dispute = { disputeId: 'dspt_1', ...about };

/** A callback as the acquirer sends it; `at` is when it was signed. */
function callback(type: string, data: object, { at = nowSeconds, signedWith = secret } = {}) {
  const body = Buffer.from(JSON.stringify({ id: 'cb_1', type, createdAt: now.toISOString(), data }));
  const mac = createHmac('sha256', signedWith).update(`${at}.`).update(body).digest('hex');
  return { body, headers: { 'sandbox-signature': `t=${at},v1=${mac}` } };
}

describe('a callback', () => {
  test.for([
    [
      'operation.decided',
      { idempotencyKey: key, operation: 'authorize', status: 'approved', authorizationId: 'auth_1', amountMinor: 5 },
      { type: 'answered', key, answer: { type: 'approved', reference: 'auth_1', amountMinor: 5n, expiresAt: null } },
    ],
    ['authorization.expired', about, { type: 'authorization_expired', authorization: 'auth_1' }],
    [
      'dispute.opened',
      { ...dispute, amountMinor: 7, currency: 'EUR', reason: 'fraudulent', evidenceDueAt: '2026-11-28T12:00:00.000Z' },
      {
        type: 'dispute_opened',
        authorization: 'auth_1',
        dispute: 'dspt_1',
        amount: { minor: 7n, currency: 'EUR' },
        reason: 'fraudulent',
        evidenceDueAt: new Date('2026-11-28T12:00:00.000Z'),
      },
    ],
    [
      'dispute.closed',
      { ...dispute, outcome: 'won' },
      { type: 'dispute_closed', authorization: 'auth_1', dispute: 'dspt_1', outcome: 'won' },
    ],
    [
      'fraud.warning',
      { ...about, reason: 'stolen' },
      { type: 'fraud_warning', authorization: 'auth_1', reason: 'stolen' },
    ],
  ] as const)('of type %s tells what it is about', ([type, data, notice]) => {
    const { body, headers } = callback(type, data);
    expect(acquirer.readCallback(body, headers)).toEqual({ id: 'cb_1', notice });
  });

  test.for([
    ['payout.sent', {}],
    ['toString', {}],
    [
      'operation.decided',
      { idempotencyKey: 'not ours', operation: 'authorize', ...declined, declineCode: 'lost_card' },
    ],
    ['operation.decided', { idempotencyKey: key, operation: 'authorize', status: 'perhaps' }],
    ['dispute.closed', { ...dispute, outcome: 'drawn' }],
    ['dispute.opened', dispute],
  ] as const)('of type %s with %j is genuine and tells us nothing', ([type, data]) => {
    const { body, headers } = callback(type, data);
    expect(acquirer.readCallback(body, headers)).toEqual({ id: 'cb_1', notice: null });
  });

  test('is not believed with one other byte, another secret, another spelling or no signature', () => {
    const { body, headers } = callback('authorization.expired', about);
    const spaced = Buffer.from(body.toString().replace('":', '": '));
    expect(acquirer.readCallback(spaced, headers)).toBeUndefined();
    expect(acquirer.readCallback(body, {})).toBeUndefined();
    const upper = { 'sandbox-signature': headers['sandbox-signature'].toUpperCase() };
    expect(acquirer.readCallback(body, upper)).toBeUndefined();
    const forged = callback('authorization.expired', about, { signedWith: 'another' });
    expect(acquirer.readCallback(forged.body, forged.headers)).toBeUndefined();
  });

  test.for([
    [-300, true],
    [-301, false],
    [300, true],
    [301, false],
  ] as const)('signed %i s from now is believed: %s', ([seconds, believed]) => {
    const { body, headers } = callback('authorization.expired', about, { at: nowSeconds + seconds });
    expect(acquirer.readCallback(body, headers) !== undefined).toBe(believed);
  });

  test('is never genuine at an acquirer with which no secret was agreed', async () => {
    const url = 'http://127.0.0.1:1/acquirers/alpha';
    const secretless = new HttpAcquirer({ name: 'alpha', url }, createMetrics('orchestrator'));
    const { body, headers } = callback('authorization.expired', about);
    expect(secretless.readCallback(body, headers)).toBeUndefined();
    await secretless.close();
  });
});
