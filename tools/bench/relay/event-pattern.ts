import type { BenchStack } from '../bench-stack.ts';

/** An event as the API writes it for each payment; everybody carries the same. */
export interface EventPattern {
  readonly shard: number;
  readonly merchant: string;
  readonly type: string;
  readonly payload: string;
}

export async function readEventPattern(stack: BenchStack): Promise<EventPattern> {
  const { rows } = await stack.database.query<EventPattern>(
    `SELECT shard, merchant_id AS merchant, type, payload FROM payments.event WHERE type = 'payment.created' LIMIT 1`,
  );
  if (rows[0] === undefined) throw new Error('no payment has been made yet');
  return rows[0];
}
