/** The launcher as `npm start` runs it, with fixture services in place of ours. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { runStack } from '../../tools/launcher/run-stack.ts';
import { services } from '../../tools/launcher/services.ts';
import { readSettings } from '../../tools/launcher/settings.ts';
import { orExplain } from '../../tools/obstacle.ts';

async function placeFixtures(builtDirectory: string): Promise<void> {
  const fixture = resolve('test/launcher/fixture-service.ts');
  for (const { name } of services) {
    const place = join(builtDirectory, 'apps', name, 'src');
    await mkdir(place, { recursive: true });
    await writeFile(join(place, 'main.js'), `process.argv[2] = '${name}'; await import('${fixture}');`);
  }
}

process.exit(
  await orExplain(async () => {
    const settings = readSettings(process.env);
    const builtDirectory = join(settings.home, 'fixtures');
    await placeFixtures(builtDirectory);
    const migrationsDirectory = resolve('migrations');
    const followsChanges = process.env['FOLLOWS_CHANGES'] !== undefined;
    const plan = { settings, services, builtDirectory, migrationsDirectory, followsChanges, playgroundKey: undefined };
    return runStack(plan, async ({ terminal }) => terminal.line('everything serves'));
  }),
);
