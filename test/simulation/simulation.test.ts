import { expect, test } from 'vitest';
import { brokenPromises } from './invariants.ts';
import { storiesOf } from './stories.ts';
import { World } from './world.ts';

/** A build machine leads a thousand. */
const seeds = Number(process.env['SIMULATION_SEEDS'] ?? 300);
/** The same ones in every test run; `npm run simulate` draws new ones. */
const firstSeed = Number(process.env['SIMULATION_SEED'] ?? 1);

test(
  `${seeds} simulated lives, from seed ${firstSeed} on: every interleaving keeps every promise`,
  { timeout: 3_600_000 },
  async () => {
    for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1) {
      const world = new World(seed);
      const broken = await world.live().then(
        () => brokenPromises(world),
        (fault: unknown) => [String(fault)],
      );
      const message = `seed ${seed}; SIMULATION_SEED=${seed} SIMULATION_SEEDS=1 repeats it\n${storiesOf(world)}`;
      expect(broken, broken.length === 0 ? '' : message).toEqual([]);
    }
  },
);
