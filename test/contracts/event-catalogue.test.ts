import { isDeepStrictEqual } from 'node:util';
import specs from '@asyncapi/specs';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { catalogue, encodeEnvelope } from '#contracts';
import { asyncApiText } from '../../tools/generated/events/asyncapi.ts';

const document = JSON.parse(await asyncApiText()) as Record<string, unknown>;

/** The formats of strings are those of the specification; its dialect is a superset of JSON Schema draft 7. */
function validator(): Ajv {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  return ajv;
}

/** An assessment as the fraud service's relay puts it on the stream. */
function assessedEnvelope(payload: object): unknown {
  return JSON.parse(
    encodeEnvelope('fraud', {
      seq: '7',
      id: 'evt_01kq3v9gkyfwmtzrxhs5d2n8ae',
      merchantId: 'mer_01kq3v9gkyfwmtzrxhs5d2n8ab',
      shard: 12,
      aggregateType: 'payment',
      aggregateId: 'pay_01kq3v9gkyfwmtzrxhs5d2n8ac',
      aggregateVersion: 1,
      type: 'payment.assessed',
      schemaVersion: 1,
      payload: JSON.stringify(payload),
      traceparent: null,
      occurredAt: new Date('2026-11-20T12:00:00.000Z'),
    }),
  );
}

const assessment = {
  paymentId: 'pay_01kq3v9gkyfwmtzrxhs5d2n8ac',
  decision: 'allow',
  score: 10,
  reasons: [],
  ruleVersion: 1,
  assessedAt: '2026-11-20T12:00:00.000Z',
};

describe('by the schema that AsyncAPI publishes', () => {
  const validate = validator().compile(specs.schemasWithoutId['3.0.0']);

  test('the catalogue is valid', () => {
    validate(document);
    expect(validate.errors ?? []).toEqual([]);
  });

  test('a channel without messages as objects is not', () => {
    expect(validate({ ...document, channels: { planted: { messages: 'none' } } })).toBe(false);
  });
});

test('every event has its channel and its message', () => {
  expect(catalogue.size).toBeGreaterThan(15);
  expect(document).toMatchObject({
    channels: Object.fromEntries([...catalogue.keys()].map((type) => [type, {}])),
    components: { messages: Object.fromEntries([...catalogue.keys()].map((type) => [type, {}])) },
  });
});

describe('what partners are told on the stream of the feed', () => {
  test.each<[type: string, fields: string[]]>([
    ['payment.created', ['payment']],
    ['payment.captured', ['acquirer', 'amount', 'captureId', 'final', 'payment']],
    ['payment.settled', ['batchId', 'currency', 'fee', 'net', 'paymentId', 'settledAt']],
  ])('of %s', (type, fields) => {
    expect(document).toMatchObject({
      channels: { [`feed.v1.${type}`]: { address: `feed.v1.{shard}.{merchant}.${type}` } },
      components: { schemas: { [`feed.v1.${type}`]: { required: expect.toSatisfy(sameAs(fields)) } } },
    });
  });

  test('is these types and no other', () => {
    const facts = [...catalogue.keys()]
      .filter((type) => type.startsWith('feed.'))
      .map((type) => type.split('.').at(-1));
    expect(facts).toEqual([
      ...[
        'created',
        'sent_to_review',
        'action_required',
        'authorized',
        'increased',
        'increase_failed',
        'declined',
        'failed',
      ],
      ...[
        'captured',
        'capture_failed',
        'voided',
        'void_failed',
        'expired',
        'refunded',
        'refund_failed',
        'dispute_opened',
      ],
      ...['dispute_evidence_submitted', 'dispute_won', 'dispute_lost', 'settled'],
    ]);
  });

  function sameAs(fields: readonly string[]): (required: readonly string[]) => boolean {
    return (required) => isDeepStrictEqual(required.toSorted(), fields);
  }
});

describe('an event on the wire, held against its message in the catalogue', () => {
  const validate = validator().compile({
    ...document,
    $ref: '#/components/messages/fraud.v1.payment.assessed/payload',
  });

  test.each<[name: string, payload: object, valid: boolean]>([
    ['as it is said', assessment, true],
    ['with a field of a later release', { ...assessment, model: 'forest' }, true],
    ['without its score', { ...assessment, score: undefined }, false],
    ['with a decision that nobody knows', { ...assessment, decision: 'shrug' }, false],
  ])('%s', (_name, payload, valid) => {
    expect(validate(assessedEnvelope(payload))).toBe(valid);
  });
});
