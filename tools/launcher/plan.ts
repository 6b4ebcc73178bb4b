import { resolve } from 'node:path';
import { readDemoFile } from '../demo/demo-file.ts';
import { Home } from './home.ts';
import type { LaunchPlan } from './launcher.ts';
import { services } from './services.ts';
import { readSettings } from './settings.ts';

/** What `npm start` and `npm run dev` run: our services from `dist`, as the environment wants them. */
export async function planFromEnvironment({ followsChanges }: Pick<LaunchPlan, 'followsChanges'>): Promise<LaunchPlan> {
  const settings = readSettings(process.env);
  return {
    settings,
    services,
    builtDirectory: resolve('dist'),
    migrationsDirectory: resolve('dist', 'migrations'),
    followsChanges,
    playgroundKey: (await readDemoFile(new Home(settings.home)))?.secretKey,
  };
}
