import { describe, expect, it } from 'vitest';
import { idOf, shardCount, shardOf } from '#domain';

describe('a merchant lives on one shard for ever', () => {
  /** Computed by an independent implementation. A change here strands every event that was ever written. */
  it.each([
    ['mer_00000000000000000000000000', 40],
    ['mer_00000000000000000000000001', 26],
    ['mer_01h455vb4pex5vsknk084sn02q', 10],
    ['mer_7zzzzzzzzzzzzzzzzzzzzzzzzz', 27],
    ['mer_01jd7wz9y0e1srwqj4gq3x8v5k', 56],
  ] as const)('%s is on shard %i', (merchantId, shard) => {
    expect(shardOf(merchantId)).toBe(shard);
  });

  it('there are 64 shards', () => {
    expect(shardCount).toBe(64);
  });

  it('spreads consecutive merchants evenly', () => {
    const merchantsPerShard = Array.from({ length: 64 }, () => 0);
    for (let merchant = 0; merchant < 64_000; merchant += 1) {
      const shard = shardOf(idOf('mer', `01890a5d-ac96-774b-bcce-${merchant.toString(16).padStart(12, '0')}`));
      merchantsPerShard[shard] = (merchantsPerShard[shard] ?? 0) + 1;
    }
    // 1 000 are expected on each; 200 away from that is more than six standard deviations.
    expect(merchantsPerShard).toHaveLength(64);
    expect(Math.min(...merchantsPerShard)).toBeGreaterThan(800);
    expect(Math.max(...merchantsPerShard)).toBeLessThan(1_200);
  });
});
