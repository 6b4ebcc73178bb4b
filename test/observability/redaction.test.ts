import { expect, test } from 'vitest';
import { createLogger } from '#observability';

/** The line that a service would write. */
function logged(fields: object, message = 'something happened'): string {
  const lines: string[] = [];
  const logger = createLogger({ service: 'test', level: 'info' }, { write: (line: string) => void lines.push(line) });
  logger.info(fields, message);
  return lines.join('');
}

test.each([
  [{ cardToken: 'tok_visa_1234' }, 'tok_visa_1234'],
  [{ payment: { cardToken: 'tok_visa_1234' } }, 'tok_visa_1234'],
  [{ req: { headers: { authorization: 'Bearer abc' } } }, 'Bearer abc'],
  [{ endpoint: { signingSecret: 'whatever-it-is' } }, 'whatever-it-is'],
  [{ key: { hash: 'c2VjcmV0' } }, 'c2VjcmV0'],
])('%j does not show its secret', (fields, secret) => {
  expect(logged(fields)).not.toContain(secret);
});

test.each([
  ['an API key', 'refused sk_test_20Ij2Dfq0yYWxpXQ2nchCGtUXLeL2NPFh1Nb4ee', 'sk_test_20Ij2D'],
  ['a signing secret', 'signed with whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD', 'whsec_C2FV'],
  ['a password in a URL', 'cannot reach postgresql://quittance:hunter2@127.0.0.1/q', 'hunter2'],
  ['a card number', 'customer wrote 4242424242424242 into the reference', '4242424242424242'],
  ['a card number in groups', 'customer wrote 4242 4242 4242 4242', '4242 4242'],
])('%s in a message does not show', (_, message, secret) => {
  const line = logged({}, message);
  expect(line).not.toContain(secret);
  expect(line).toContain('[redacted]');
});

test('what operators need stays: ids, amounts, times', () => {
  const fields = {
    paymentId: 'pay_01m7xw6x1seak8sd6yf8gva7q8',
    merchantId: 'mer_01m7xw6x1seak8sd6yf8gva7q9',
    amount: 109_900,
  };
  expect(JSON.parse(logged(fields))).toMatchObject({
    ...fields,
    service: 'test',
    level: 'info',
    msg: 'something happened',
  });
});
