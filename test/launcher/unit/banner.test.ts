import { parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { banner } from '../../../tools/demo/banner.ts';
import type { SamplePayment } from '../../../tools/demo/documents.ts';

const plain = { bold: (text: string) => text, dim: (text: string) => text };

const demo = {
  graphqlUrl: 'http://127.0.0.1:3000/graphql',
  adminGraphqlUrl: 'http://127.0.0.1:3000/admin/graphql',
  playgroundUrl: 'http://127.0.0.1:3000/playground',
  sandboxUrl: 'http://127.0.0.1:3005',
  merchantId: 'mer_01jd5x',
  secretKey: `sk_test_${'k'.repeat(48)}`,
  adminKey: 'admin_key',
  databaseUrl: 'postgresql://quittance:password@127.0.0.1:3006/quittance',
  natsUrl: 'nats://127.0.0.1:3007',
};

const settled: SamplePayment = {
  id: 'pay_01jd5x',
  reference: 'first-order',
  status: 'CAPTURED',
  amount: { decimal: '10.99', currency: 'EUR' },
  settlement: { status: 'SETTLED' },
  timeline: [
    { at: '2026-11-21T01:02:03.456Z', kind: 'payment.created', summary: 'Accepted' },
    { at: '2026-11-21T01:02:04.000Z', kind: 'payment.captured', summary: 'Captured '.repeat(30) },
  ],
};

describe('the banner', () => {
  const text = banner(demo, settled, '.quittance/logs', plain);

  test('fits into 100 columns', () => {
    expect(text.split('\n').filter((line) => line.length > 100)).toEqual([]);
  });

  test('tells the way of the payment, and that it is settled', () => {
    expect(text).toContain('10.99 EUR: CAPTURED, settled');
    expect(text).toContain('  01:02:03.456  payment.created   Accepted');
    expect(banner(demo, { ...settled, settlement: { status: 'PENDING' } }, '', plain)).toContain('not settled yet');
  });

  test.each(Object.entries(demo).filter(([name]) => name !== 'merchantId'))('names %s', (_, value) => {
    expect(text).toContain(value);
  });

  test('has a body for curl that is JSON, with a document that is GraphQL', () => {
    const body = /-d '([^']*)'/.exec(text)?.[1] ?? '';
    const request = JSON.parse(body) as { query: string; variables: { i: { source: { cardToken: string } } } };
    expect(parse(request.query).definitions).toHaveLength(1);
    expect(request.variables.i.source.cardToken).toBe('tok_visa');
  });

  test('has colours only where there is ink', () => {
    expect(text).not.toContain('\u001B');
    const inked = banner(demo, settled, '', { ...plain, bold: (line) => `<b>${line}</b>` });
    expect(inked).toContain('<b>Quittance is ready.</b>');
  });
});
