import { describe, expect, test } from 'vitest';
import { createLogger } from '#observability';
import { mintApiKey, mintWebhookSecret } from '#security';

/** Published test numbers of the schemes; none of them is anybody's. */
const visa = '4111111111111111';
const amex = '378282246310005';

/** What a line looks like after all that the logger does to it. The line has to stay JSON whatever is taken out. */
function logged(fields: object, message = 'message'): Record<string, unknown> & { readonly text: string } {
  const lines: string[] = [];
  const logger = createLogger({ service: 'test', level: 'info' }, { write: (line: string) => void lines.push(line) });
  logger.info(fields, message);
  expect(lines).toHaveLength(1);
  return { ...(JSON.parse(lines[0] ?? '') as Record<string, unknown>), text: lines[0] ?? '' };
}

describe('fields that hold secrets', () => {
  test.each([
    'authorization',
    'Authorization',
    'cookie',
    'set-cookie',
    'cardToken',
    'card_token',
    'cardNumber',
    'cvc',
    'password',
    'secret',
    'secretKey',
    'signingSecret',
    'hash',
    'apiKey',
    'parameters',
  ])('%s never shows, however deep it stands', (field) => {
    const line = logged({
      [field]: 'value-1',
      request: { headers: { [field]: 'value-2' } },
      a: [{ b: { c: { d: [{ [field]: 'value-3' }] } } }],
    });
    expect(line.text).not.toContain('value-');
    expect(line).toMatchObject({ [field]: '[redacted]', a: [{ b: { c: { d: [{ [field]: '[redacted]' }] } } }] });
  });

  test.each([
    ['text with quotes', 'a"b\\"c'],
    ['a list', ['value-1', 'value-2']],
    ['bytes', Buffer.from('value')],
    ['an object', { first: 'value-1' }],
  ])('whatever their value is: %s', (_, value) => {
    const line = logged({ hash: value, after: 'kept' });
    expect(line).toMatchObject({ hash: '[redacted]', after: 'kept' });
    expect(line.text).not.toContain('value');
  });

  test('inside a body that is logged as text', () => {
    const body = JSON.stringify({ source: { cardToken: 'tok_secret' }, amount: 1_099 });
    const line = logged({ body });
    expect(line.text).not.toContain('tok_secret');
    expect(line['body']).toContain('1099');
  });

  test('names that only look similar stay', () => {
    expect(logged({ hashes: 'kept', cardTokens: 2, tokenCount: 'kept', passwordless: 'kept' })).toMatchObject({
      hashes: 'kept',
      cardTokens: 2,
      tokenCount: 'kept',
      passwordless: 'kept',
    });
  });
});

describe('secrets that slipped into a text', () => {
  const key = mintApiKey('sk_test');
  const secret = mintWebhookSecret();

  test.each([
    ['an API key', `Bearer ${key.text} was refused`, key.text],
    ['a live key', `Bearer ${mintApiKey('sk_live').text}`, 'sk_live_'],
    ['an admin key', mintApiKey('adm_test').text, 'adm_test_'],
    ['a restricted key of Stripe', `Invalid API key: rk_live_${'x'.repeat(12)}`, 'rk_live_'],
    ['a signing secret', `signing with ${secret}.`, secret],
    ['a password in a URL', 'connecting to postgresql://quittance_api:hunter2@db:5432/q', 'hunter2'],
    ['a password without a user', 'redis://:hunter2@cache', 'hunter2'],
    ['a password with what URLs encode', 'nats://user:hunter%402@broker', 'hunter'],
    ['a card number', `card ${visa} declined`, visa],
    ['a card number in groups', 'card 4111 1111 1111 1111 declined', '1111'],
    ['a card number with dashes', 'card 4111-1111-1111-1111.', '1111'],
    ['a shorter card number', `(${amex})`, amex],
    ['two card numbers', `${visa},${amex}`, '11111'],
    ['a row that a constraint refused', 'Failing row contains (a, tok_secret, 12, "x").', 'tok_secret'],
  ])('%s', (_, text, hidden) => {
    expect(logged({}, text).text).not.toContain(hidden);
    expect(logged({ err: new Error(text) }).text).not.toContain(hidden);
    expect(logged({ deep: { list: [text] } }).text).not.toContain(hidden);
  });

  test('a card number that is a number leaves the line readable', () => {
    const line = logged({ pan: Number(visa), list: [Number(visa), 7], after: 'kept' });
    expect(line.text).not.toContain(visa);
    expect(line).toMatchObject({ after: 'kept' });
  });

  test('the handle of a key may show: it finds the key and opens nothing', () => {
    expect(logged({ handle: key.handle })).toMatchObject({ handle: key.handle });
  });
});

describe('what is no secret stays', () => {
  test.each([
    ['a payment id', 'pay_01m7xxkbzmftk8848rj3z85qra'],
    ['a UUID', '019a4b5c-6d7e-7f80-9123-456789012345'],
    ['a time', '2026-11-21T01:40:09.123Z'],
    ['a time in milliseconds that passes the check digit', '1763689209122'],
    ['a digit too few of a card number', '411111111111'],
    ['a number that fails the check digit', '4111111111111112'],
    ['a URL without a password', 'nats://127.0.0.1:4222'],
    ['an amount', '9007199254740991'],
    ['a version', '10.4.0-beta.17'],
  ])('%s', (_, text) => {
    expect(logged({ note: text }, text)).toMatchObject({ note: text, msg: text });
  });

  test('numbers', () => {
    expect(logged({ at: 1_763_689_209_122, seq: 123_456_789_012 })).toMatchObject({
      at: 1_763_689_209_122,
      seq: 123_456_789_012,
    });
  });
});

test('what operators need stays: ids, amounts, times', () => {
  const fields = {
    paymentId: 'pay_01m7xw6x1seak8sd6yf8gva7q8',
    merchantId: 'mer_01m7xw6x1seak8sd6yf8gva7q9',
    amount: 109_900,
  };
  expect(logged(fields)).toMatchObject({ ...fields, service: 'test', level: 'info', msg: 'message' });
});

test('a line costs microseconds, whatever stands in it', () => {
  const logger = createLogger({ service: 'test', level: 'info' }, { write: () => undefined });
  const ordinary = { paymentId: 'pay_01m7xxkbzmftk8848rj3z85qra', acquirer: 'alpha', answer: 'approved' };
  const lines = {
    ordinary,
    'with a stack': { ...ordinary, err: new Error('why') },
    'somebody prepared': {
      a: 'a.'.repeat(4_000),
      b: '1 '.repeat(4_000),
      c: '\\"'.repeat(4_000),
      d: 'a:'.repeat(4_000),
    },
  };
  for (const [what, fields] of Object.entries(lines)) {
    const rounds = 200;
    const began = performance.now();
    for (let round = 0; round < rounds; round += 1) logger.info(fields, 'acquirer answered');
    const each = ((performance.now() - began) * 1_000) / rounds;
    console.info(`a log line ${what}: ${each.toFixed(1)} µs`);
    // Work that grows with the square of the line would take tens of milliseconds.
    expect(each).toBeLessThan(5_000);
  }
});
