import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Obstacle, orExplain } from './obstacle.ts';

const usage = 'Say, for example: npm run simulate -- --seeds 10000 --seed 42';

/**
 * Leads simulated lives (test/simulation): `--seeds` of them, from `--seed` on; without it from one that nobody has tried. The
 * seed of a life that breaks a promise is printed, and repeats it.
 */
async function simulate(): Promise<number> {
  const { seeds = '1000', seed = String(1 + (Date.now() % 2 ** 31)) } = readOptions();
  const environment = { ...process.env, SIMULATION_SEEDS: seeds, SIMULATION_SEED: seed };
  const vitest = spawn(join('node_modules', '.bin', 'vitest'), ['run', '--project', 'simulation'], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: environment,
  });
  return new Promise((resolve, reject) => {
    vitest.once('error', reject);
    vitest.once('exit', (code) => resolve(code ?? 1));
  });
}

function readOptions(): { seeds?: string; seed?: string } {
  try {
    const { values } = parseArgs({ options: { seeds: { type: 'string' }, seed: { type: 'string' } } });
    for (const text of Object.values(values)) {
      if (!/^[1-9]\d{0,9}$/.test(text)) throw new Error(`${text} is no whole number above 0.`);
    }
    return values;
  } catch (fault) {
    throw new Obstacle(fault instanceof Error ? fault.message : String(fault), [usage]);
  }
}

process.exit(await orExplain(simulate));
