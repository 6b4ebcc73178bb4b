import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  attemptDelaysMs,
  BrokenInvariant,
  eventTypesAsked,
  inVersionOrder,
  isAskedFor,
  judgeAttempt,
  merchantEventOf,
  type Answer,
  type DeliveryStatus,
} from '#domain';
import { holds } from '../support/property.ts';

const at = new Date('2026-11-20T12:00:00.000Z');
const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const after = (ms: number): Date => new Date(at.getTime() + ms);

const answered = (status: number, retryAfter: string | null = null): Answer => ({
  kind: 'answered',
  status,
  retryAfter,
});
const unanswered: Answer = { kind: 'unanswered' };

/** In the middle of the jitter. */
const evenly = 0.5;
const fresh = { status: 'pending', attempts: 0, failingSince: null } as const;

describe('an attempt to deliver', () => {
  it('has the waits of Standard Webhooks before it', () => {
    expect(attemptDelaysMs.map((ms) => ms / secondMs)).toEqual([
      0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400,
    ]);
  });

  const meanings: [string, Answer, DeliveryStatus, string][] = [
    ['200', answered(200), 'delivered', 'enabled'],
    ['204', answered(204), 'delivered', 'enabled'],
    ['299', answered(299), 'delivered', 'enabled'],
    ['a redirect', answered(302), 'pending', 'enabled'],
    ['304', answered(304), 'pending', 'enabled'],
    ['400', answered(400), 'pending', 'enabled'],
    ['404', answered(404), 'pending', 'enabled'],
    ['410', answered(410), 'cancelled', 'disabled'],
    ['429', answered(429), 'pending', 'enabled'],
    ['500', answered(500), 'pending', 'enabled'],
    ['silence', unanswered, 'pending', 'enabled'],
  ];
  it.each(meanings)('answered with %s', (_name, answer, delivery, endpoint) => {
    const verdict = judgeAttempt(fresh, answer, at, evenly);
    expect([verdict.delivery.status, verdict.endpoint.status]).toEqual([delivery, endpoint]);
    expect(verdict.delivery.nextAttemptAt).toEqual(delivery === 'pending' ? after(5 * secondMs) : null);
    expect(verdict.endpoint.failingSince).toEqual(delivery === 'delivered' ? null : at);
  });

  it('is the last after ten', () => {
    expect(judgeAttempt({ ...fresh, attempts: 8 }, unanswered, at, evenly).delivery).toEqual({
      status: 'pending',
      nextAttemptAt: after(24 * hourMs),
    });
    expect(judgeAttempt({ ...fresh, attempts: 9 }, unanswered, at, evenly).delivery).toEqual({
      status: 'exhausted',
      nextAttemptAt: null,
    });
    expect(judgeAttempt({ ...fresh, attempts: 9 }, answered(200), at, evenly).delivery.status).toBe('delivered');
  });

  it('is spread by a tenth either way', () => {
    const before = { ...fresh, attempts: 1 };
    const waitMs = (chance: number) =>
      (judgeAttempt(before, unanswered, at, chance).delivery.nextAttemptAt?.getTime() ?? 0) - at.getTime();
    expect([waitMs(0), waitMs(0.25), waitMs(0.5)]).toEqual([270, 285, 300].map((seconds) => seconds * secondMs));
    expect(waitMs(0.999_999)).toBe(330 * secondMs);
  });

  it.each(['delivered', 'exhausted', 'cancelled'] as const)('of what is %s is a bug of ours', (status) => {
    expect(() => judgeAttempt({ ...fresh, status }, answered(200), at, evenly)).toThrow(BrokenInvariant);
  });
});

describe('a receiver that asks for a pause', () => {
  const pauses: [string, Answer, number | null][] = [
    ['two minutes with 429', answered(429, '120'), 2 * minuteMs],
    ['two minutes with 503', answered(503, ' 120 '), 2 * minuteMs],
    ['nothing', answered(503), null],
    ['no time at all', answered(429, '0'), 0],
    ['until a date', answered(503, 'Fri, 20 Nov 2026 13:00:00 GMT'), hourMs],
    ['until a date gone by', answered(503, 'Thu, 19 Nov 2026 13:00:00 GMT'), 0],
    ['a year', answered(429, '31536000'), dayMs],
    ['a date in another form', answered(429, '2026-11-20T13:00:00Z'), null],
    ['a negative time', answered(429, '-5'), null],
    ['a fraction', answered(429, '1.5'), null],
    ['words', answered(429, 'soon'), null],
    ['a pause with an answer that is no overload', answered(404, '120'), null],
  ];
  it.each(pauses)('%s', (_name, answer, pauseMs) => {
    const verdict = judgeAttempt(fresh, answer, at, evenly);
    expect(verdict.endpoint.pausedUntil).toEqual(pauseMs === null ? null : after(pauseMs));
    expect(verdict.delivery.nextAttemptAt).toEqual(after(Math.max(pauseMs ?? 0, 5 * secondMs)));
  });
});

describe('an endpoint that takes nothing', () => {
  const failing = (ms: number, attempts = 0) =>
    judgeAttempt({ status: 'pending', attempts, failingSince: after(-ms) }, answered(500), at, evenly);

  it('is disabled after five days, and its delivery cancelled', () => {
    expect(failing(5 * dayMs - 1).endpoint).toMatchObject({ status: 'enabled', failingSince: after(1 - 5 * dayMs) });
    expect(failing(5 * dayMs)).toMatchObject({
      delivery: { status: 'cancelled', nextAttemptAt: null },
      endpoint: { status: 'disabled_by_failures' },
    });
  });

  it('is disabled by the last attempt of a delivery as well', () => {
    expect(failing(5 * dayMs, 9)).toMatchObject({
      delivery: { status: 'exhausted' },
      endpoint: { status: 'disabled_by_failures' },
    });
  });

  it('is well again with the first success', () => {
    const before = { status: 'pending', attempts: 3, failingSince: after(-9 * dayMs) } as const;
    expect(judgeAttempt(before, answered(200), at, evenly).endpoint).toEqual({
      status: 'enabled',
      failingSince: null,
      pausedUntil: null,
    });
  });
});

describe('the event types of an endpoint', () => {
  it.each([
    [['*'], ['*']],
    [['payment.captured'], ['payment.captured']],
    [
      ['payment.settled', 'payment.captured', 'payment.settled'],
      ['payment.settled', 'payment.captured'],
    ],
    [['payment.captured', '*'], ['*']],
  ])('%j are kept as %j', (asked, kept) => {
    expect(eventTypesAsked(asked)).toEqual({ ok: true, value: kept });
  });

  it.each([
    [[], 'at least one'],
    [['payment.captured', 'payment.paid'], '"payment.paid"'],
    [['payment.risk_assessed'], '"payment.risk_assessed"'],
    [['constructor'], '"constructor"'],
    [['payment.*'], '"payment.*"'],
  ])('%j are refused', (asked, message) => {
    expect(eventTypesAsked(asked)).toEqual({ ok: false, error: expect.stringContaining(message) });
  });

  it.each([
    ['payment.captured', ['*'], true],
    ['payment.captured', ['payment.settled', 'payment.captured'], true],
    ['payment.captured', ['payment.capture_failed'], false],
  ])('%s for %j: %s', (type, asked, expected) => {
    expect(isAskedFor(type, asked)).toBe(expected);
  });
});

describe('what a merchant is told', () => {
  const paymentId = 'pay_01h455vb4pex5vsknk084sn02q';
  const payment = { id: paymentId, status: 'CAPTURED', amount: 1099 };
  const told = (type: string, data: unknown) => merchantEventOf({ type, data });

  it('is the payment and the facts that are theirs', () => {
    const captured = { payment, captureId: 'cap_1', amount: 1099, final: true, acquirer: 'alpha', terms: { fee: 1 } };
    expect(told('payments.v1.payment.captured', captured)).toEqual({
      type: 'payment.captured',
      paymentId,
      data: { payment, captureId: 'cap_1', amount: 1099, final: true, acquirer: 'alpha' },
    });
    expect(told('payments.v1.payment.created', { payment, cardToken: 'tok_visa', terms: {} })?.data).toEqual({
      payment,
    });
  });

  it('keeps what is null apart from what is missing', () => {
    expect(told('payments.v1.payment.declined', { payment, attempt: null })?.data).toEqual({ payment, attempt: null });
    expect(told('payments.v1.payment.failed', { payment })?.data).toStrictEqual({ payment });
  });

  it('names the payment of a settlement', () => {
    const settled = { paymentId, batchId: 'bat_1', currency: 'EUR', net: 1_050, fee: 49, settledAt: at.toISOString() };
    expect(told('settlement.v1.payment.settled', settled)).toEqual({
      type: 'payment.settled',
      paymentId,
      data: settled,
    });
  });

  it.each([
    'payments.v1.payment.risk_assessed',
    'payments.v1.payment.capture_requested',
    'payments.v1.payment.settled',
    'payments.v2.payment.captured',
    'settlement.v1.batch.closed',
    'settlement.v1.payment.captured',
    'fraud.v1.payment.assessed',
    'constructor.v1.payment.captured',
    'payments.v1.constructor',
  ])('is nothing of %s', (type) => {
    expect(told(type, { payment })).toBeUndefined();
  });

  it('never lacks the payment', () => {
    expect(() => told('payments.v1.payment.captured', { amount: 1 })).toThrow(BrokenInvariant);
    expect(() => told('payments.v1.payment.captured', { payment: { id: 'cap_1' } })).toThrow(BrokenInvariant);
  });
});

describe('the order of events', () => {
  const event = (aggregate: string, version: number) => ({ aggregate, version });
  const order = (delivered: readonly [string, number][], seen: Record<string, number> = {}) => {
    const { next, early } = inVersionOrder(
      delivered.map(([aggregate, version]) => event(aggregate, version)),
      new Map(Object.entries(seen)),
    );
    return { next: next.map(nameOf), early: early.map(nameOf) };
  };
  const nameOf = ({ aggregate, version }: { aggregate: string; version: number }) => `${aggregate}${version}`;

  it('is kept, and mended within one delivery', () => {
    expect(
      order([
        ['a', 3],
        ['b', 1],
        ['a', 2],
        ['a', 1],
        ['b', 2],
      ]),
    ).toEqual({
      next: ['b1', 'a1', 'a2', 'a3', 'b2'],
      early: [],
    });
  });

  it('leaves what misses something for later, and the others go on', () => {
    expect(
      order(
        [
          ['a', 3],
          ['b', 5],
          ['c', 1],
        ],
        { a: 1, b: 4 },
      ),
    ).toEqual({ next: ['b5', 'c1'], early: ['a3'] });
  });

  it('drops what was seen, also twice in one delivery', () => {
    expect(
      order(
        [
          ['a', 1],
          ['a', 2],
          ['a', 3],
          ['a', 3],
        ],
        { a: 2 },
      ),
    ).toEqual({ next: ['a3'], early: [] });
  });

  it('takes each event once and in order, however delivery shuffles and repeats', () => {
    const deliveries = fc
      .array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 1, max: 8 })), { maxLength: 60 })
      .chain((events) => fc.tuple(fc.constant(events), fc.integer({ min: 1, max: 60 })));
    holds(
      fc.property(deliveries, ([events, batchSize]) => {
        const seen: Record<string, number> = {};
        const taken: string[] = [];
        let queue: [string, number][] = [];
        // Whatever waits comes again with the next batch.
        for (let from = 0; from < events.length; from += batchSize) {
          queue = [...queue, ...events.slice(from, from + batchSize)];
          const { next, early } = order(queue, seen);
          for (const name of next) {
            const aggregate = name.charAt(0);
            expect(Number(name.slice(1))).toBe((seen[aggregate] ?? 0) + 1);
            seen[aggregate] = Number(name.slice(1));
            taken.push(name);
          }
          queue = early.map((name): [string, number] => [name.charAt(0), Number(name.slice(1))]);
        }
        expect(new Set(taken).size).toBe(taken.length);
        const reachable = ['a', 'b', 'c'].flatMap((aggregate) => {
          const versions = new Set(events.filter(([name]) => name === aggregate).map(([, version]) => version));
          let last = 0;
          while (versions.has(last + 1)) last += 1;
          return Array.from({ length: last }, (_, index) => `${aggregate}${index + 1}`);
        });
        expect(taken.toSorted()).toEqual(reachable);
      }),
    );
  });
});
