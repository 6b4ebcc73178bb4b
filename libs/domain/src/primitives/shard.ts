import type { MerchantId } from './type-id.ts';

/**
 * How many virtual shards all merchants are spread over. The number is part of every subject and event row that was
 * ever written: growing means moving shards between machines, never changing their count. 64 leaves room for 64 relays
 * or clusters.
 */
export const shardCount = 64;

/**
 * The shard that holds everything of this merchant, 0 to 63. It must give the same answer in every process and every
 * release for ever: FNV-1a over the id's characters, then an avalanche, because the low six bits of FNV alone hardly
 * mix.
 */
export function shardOf(merchantId: MerchantId): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < merchantId.length; index += 1) {
    hash = Math.imul(hash ^ merchantId.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  hash ^= hash >>> 16;
  return (hash >>> 0) % shardCount;
}
