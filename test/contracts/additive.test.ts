import { describe, expect, test } from 'vitest';
import { breaksOf } from '../../tools/generated/events/additive.ts';
import type { JsonSchema } from '../../tools/generated/events/json-schema.ts';
import { asyncApiText, breaksOfCatalogue } from '../../tools/generated/events/asyncapi.ts';

const captured = {
  type: 'object',
  properties: {
    amount: { type: 'integer', minimum: 0 },
    note: { type: 'string' },
    acquirer: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
    kind: { type: 'string', enum: ['part', 'rest'] },
  },
  required: ['amount', 'acquirer', 'kind'],
} as const;

const event = 'payments.v1.payment.captured';
type Fields = NonNullable<JsonSchema['properties']>;

function after(fields: Fields, required: readonly string[] = captured.required): string[] {
  return breaksOf(
    { [event]: captured },
    { [event]: { ...captured, properties: { ...captured.properties, ...fields }, required } },
  );
}

describe('an event grows', () => {
  test('by an optional field', () => {
    expect(after({ fee: { type: 'integer' } })).toEqual([]);
  });

  test('by an optional field within a field', () => {
    const acquirer = { ...captured.properties.acquirer.properties, country: { type: 'string' } };
    expect(after({ acquirer: { ...captured.properties.acquirer, properties: acquirer } })).toEqual([]);
  });

  test('beside new events', () => {
    expect(breaksOf({ [event]: captured }, { [event]: captured, 'payments.v2.payment.captured': {} })).toEqual([]);
  });
});

describe('an event of a version is never changed', () => {
  const { note: _note, ...withoutNote } = captured.properties;

  test.each<[what: string, breaks: string[], expected: string]>([
    [
      'by taking a field away',
      breaksOf({ [event]: captured }, { [event]: { ...captured, properties: withoutNote } }),
      `${event}: note is gone.`,
    ],
    [
      'by a new field that is required',
      after({ fee: { type: 'integer' } }, [...captured.required, 'fee']),
      `${event}: fee is new and required, but the events in the log do not have it.`,
    ],
    [
      'by requiring what was optional',
      after({}, [...captured.required, 'note']),
      `${event}: note is required now, but events in the log may lack it.`,
    ],
    [
      'by leaving out what was required',
      after({}, ['amount', 'acquirer']),
      `${event}: kind is optional now, but readers of the last release require it.`,
    ],
    ['by another type', after({ amount: { type: 'string' } }), `${event}: amount changed its form.`],
    ['by another bound', after({ amount: { type: 'integer', minimum: 1 } }), `${event}: amount changed its form.`],
    [
      'by a value more, which readers of the last release refuse',
      after({ kind: { type: 'string', enum: ['part', 'rest', 'all'] } }),
      `${event}: kind changed its form.`,
    ],
    [
      'by a value less, which stands in the log',
      after({ kind: { type: 'string', enum: ['rest'] } }),
      `${event}: kind changed its form.`,
    ],
    [
      'deep inside',
      after({ acquirer: { ...captured.properties.acquirer, properties: {}, required: [] } }),
      `${event}: acquirer: name is gone.`,
    ],
    ['by going away', breaksOf({ [event]: captured }, {}), `${event} is gone.`],
  ])('%s', (_what, breaks, expected) => {
    expect(breaks).toEqual([expected]);
  });

  test('nor is one of the real catalogue', async () => {
    const wanted = await asyncApiText();
    const committed = wanted.replace('"refundId"', '"refundNumber"');
    expect(breaksOfCatalogue(wanted, wanted)).toEqual([]);
    expect(breaksOfCatalogue(committed, wanted)).toContainEqual(expect.stringContaining('refundNumber is gone.'));
  });
});
