import type { Harm } from './finding.ts';

/** A question to the tables, by plain SQL. */
export interface Question {
  readonly harm: Harm;
  /** Each row is a discrepancy; a column `payment` tells whose. */
  readonly query: string;
}

export type Questions = Readonly<Record<string, Question>>;

/** What the log tells of the payment `p`. */
export function eventsOf(...types: readonly string[]): string {
  const names = types.map((type) => `'payment.${type}'`).join(', ');
  return `payments.event e WHERE e.aggregate_id = p.id AND e.type IN (${names})`;
}
