import { uuidOf, type MerchantId } from '#domain';
import type { Stage } from '../support/stage.ts';

export interface FeedRow {
  readonly sequence: number;
  readonly type: string;
  readonly data: Record<string, unknown>;
}

export async function feedOf(stage: Stage, merchantId: MerchantId): Promise<FeedRow[]> {
  return stage.query<FeedRow>(
    'SELECT sequence::integer, type, data FROM feed.merchant_event WHERE merchant_id = $1 ORDER BY sequence',
    [uuidOf(merchantId)],
  );
}

/** As a person writes it: `1 payment.created`. */
export async function feedLines(stage: Stage, merchantId: MerchantId): Promise<string[]> {
  return (await feedOf(stage, merchantId)).map(({ sequence, type }) => `${sequence} ${type}`);
}
