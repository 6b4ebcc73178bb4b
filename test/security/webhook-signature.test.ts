import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { describe, expect, it } from 'vitest';
import { BrokenInvariant } from '#domain';
import { isWebhookSecret, mintWebhookSecret, signWebhook, verifyWebhook } from '#security';
import type { WebhookHeaders, WebhookSecret } from '#security';

/** The test vector of Standard Webhooks. */
const vector = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  sentAt: new Date(1_614_265_330_000),
  body: '{"test": 2432232314}',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
} as const;

const secondsAfter = (seconds: number) => new Date(vector.sentAt.getTime() + seconds * 1_000);
const vectorHeaders: WebhookHeaders = {
  'webhook-id': vector.id,
  'webhook-timestamp': '1614265330',
  'webhook-signature': vector.signature,
};

describe('a signed delivery', () => {
  it('is the vector of the standard', () => {
    expect(signWebhook(vector, [vector.secret])).toEqual(vectorHeaders);
  });

  it('carries one signature per secret while a secret is rotated, and either receiver accepts', () => {
    const newer = mintWebhookSecret();
    const headers = signWebhook(vector, [newer, vector.secret]);
    const [first, second, ...others] = headers['webhook-signature'].split(' ');
    expect(first).toMatch(/^v1,[0-9A-Za-z+/]{43}=$/);
    expect(second).toBe(vector.signature);
    expect(others).toEqual([]);
    for (const known of [newer, vector.secret]) {
      expect(verifyWebhook(headers, vector.body, [known], vector.sentAt)).toMatchObject({ ok: true });
    }
  });

  it.each([[1], [2]])('with %i secrets is accepted by the standardwebhooks and svix packages', (count) => {
    const secrets = Array.from({ length: count }, () => mintWebhookSecret());
    const body = JSON.stringify({ type: 'payment.captured', note: 'Grüße, 10 €' });
    const headers = { ...signWebhook({ id: 'evt_01h455vb4pex5vsknk084sn02q', body, sentAt: new Date() }, secrets) };
    for (const secret of secrets) {
      expect(new StandardWebhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
      expect(() => new SvixWebhook(secret).verify(body, headers)).not.toThrow();
    }
    const unknown = mintWebhookSecret();
    expect(() => new StandardWebhook(unknown).verify(body, headers)).toThrow('No matching signature');
    expect(() => new SvixWebhook(unknown).verify(body, headers)).toThrow('No matching signature');
  });

  it('needs a secret of the right form and an id without full stop', () => {
    expect(() => signWebhook(vector, [])).toThrow(BrokenInvariant);
    expect(() => signWebhook(vector, ['whsec_c2hvcnQ='])).toThrow(BrokenInvariant);
    expect(() => signWebhook({ ...vector, id: 'evt.1' }, [vector.secret])).toThrow(BrokenInvariant);
  });
});

describe('a receiver', () => {
  const other = mintWebhookSecret();
  const known: readonly WebhookSecret[] = [vector.secret];
  const altered = (change: Partial<WebhookHeaders>): WebhookHeaders => ({ ...vectorHeaders, ...change });
  const refusals: [string, WebhookHeaders, string, readonly WebhookSecret[], Date, string][] = [
    ['another body', vectorHeaders, '{"test": 2432232315}', known, vector.sentAt, 'no_matching_signature'],
    ['other spacing of the body', vectorHeaders, '{"test":2432232314}', known, vector.sentAt, 'no_matching_signature'],
    ['another secret', vectorHeaders, vector.body, [other], vector.sentAt, 'no_matching_signature'],
    ['no secret', vectorHeaders, vector.body, [], vector.sentAt, 'no_matching_signature'],
    ['another id', altered({ 'webhook-id': 'msg_2' }), vector.body, known, vector.sentAt, 'no_matching_signature'],
    [
      'another time',
      altered({ 'webhook-timestamp': '1614265331' }),
      vector.body,
      known,
      vector.sentAt,
      'no_matching_signature',
    ],
    ['no signature', altered({ 'webhook-signature': '' }), vector.body, known, vector.sentAt, 'no_matching_signature'],
    [
      'a signature of another version',
      altered({ 'webhook-signature': vector.signature.replace('v1', 'v1a') }),
      vector.body,
      known,
      vector.sentAt,
      'no_matching_signature',
    ],
    [
      'a signature cut off',
      altered({ 'webhook-signature': 'v1,g0hM9SsE' }),
      vector.body,
      known,
      vector.sentAt,
      'no_matching_signature',
    ],
    ['301 s later', vectorHeaders, vector.body, known, secondsAfter(301), 'timestamp_out_of_tolerance'],
    ['301 s early', vectorHeaders, vector.body, known, secondsAfter(-301), 'timestamp_out_of_tolerance'],
    ['no time', altered({ 'webhook-timestamp': '' }), vector.body, known, vector.sentAt, 'unreadable_headers'],
    [
      'a time that is no number',
      altered({ 'webhook-timestamp': '1614265330.5' }),
      vector.body,
      known,
      vector.sentAt,
      'unreadable_headers',
    ],
    ['no id', altered({ 'webhook-id': '' }), vector.body, known, vector.sentAt, 'unreadable_headers'],
  ];

  it.each(refusals)('refuses %s', (_name, headers, body, secrets, now, code) => {
    expect(verifyWebhook(headers, body, secrets, now)).toEqual({ ok: false, error: { code } });
  });

  it.each([-300, 0, 300])('accepts what was sent %i s ago', (seconds) => {
    const verified = verifyWebhook(vectorHeaders, vector.body, [other, vector.secret], secondsAfter(seconds));
    expect(verified).toEqual({ ok: true, value: { id: vector.id, sentAt: vector.sentAt } });
  });

  it('passes over signatures that it does not know', () => {
    const headers = altered({ 'webhook-signature': `v1,AAAA v1a,abc v1,???? ${vector.signature}` });
    expect(verifyWebhook(headers, vector.body, known, vector.sentAt)).toMatchObject({ ok: true });
  });
});

describe('a webhook secret', () => {
  it('is whsec_ and 32 random bytes in base64', () => {
    expect(mintWebhookSecret(() => new Uint8Array(32).fill(0xff))).toBe(
      'whsec_//////////////////////////////////////////8=',
    );
    expect(mintWebhookSecret()).not.toBe(mintWebhookSecret());
    expect(isWebhookSecret(mintWebhookSecret())).toBe(true);
  });

  const ofBytes = (count: number) => `whsec_${Buffer.alloc(count, 1).toString('base64')}`;
  it.each([
    [ofBytes(23), false],
    [ofBytes(24), true],
    [ofBytes(64), true],
    [ofBytes(65), false],
    [ofBytes(32).replace('whsec_', ''), false],
    [`${ofBytes(32)} `, false],
    [ofBytes(32).replace('=', ''), false],
    [vector.secret.replace('M', '-'), false],
    ['', false],
  ])('"%s": %s', (text, expected) => {
    expect(isWebhookSecret(text)).toBe(expected);
  });
});
