import type { AcquirerName } from '../operations/operation.ts';
import type { Total } from '../stores/truth.store.ts';

interface Sum {
  readonly count: number;
  readonly minor: number;
}

/** All that one acquirer did in one currency, in minor units. */
export interface CurrencyTotals {
  readonly acquirer: AcquirerName;
  readonly currency: string;
  readonly authorized: Sum;
  /** What was held on top of authorizations. */
  readonly increased: Sum;
  readonly captured: Sum;
  readonly refunded: Sum;
  readonly voided: Sum;
}

const none: Sum = { count: 0, minor: 0 };
const column = {
  authorize: 'authorized',
  increase: 'increased',
  capture: 'captured',
  refund: 'refunded',
  void: 'voided',
} as const;

export function totalsByCurrency(totals: readonly Total[]): CurrencyTotals[] {
  const lines = new Map<string, CurrencyTotals>();
  for (const { acquirer, currency, operation, count, minor } of totals) {
    const name = `${acquirer} ${currency}`;
    const line = lines.get(name) ?? {
      acquirer,
      currency,
      authorized: none,
      increased: none,
      captured: none,
      refunded: none,
      voided: none,
    };
    lines.set(name, { ...line, [column[operation]]: { count, minor } });
  }
  return [...lines.values()];
}
