/** The launcher as `npm start` runs it, with fixture services in place of ours. */
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runStack } from '../../tools/launcher/run-stack.ts';
import { services } from '../../tools/launcher/services.ts';
import { readSettings } from '../../tools/launcher/settings.ts';

const builtDirectory = await mkdtemp(join(tmpdir(), 'quittance-fixture-dist-'));
for (const { name } of services) {
  const place = join(builtDirectory, 'apps', name, 'src');
  await mkdir(place, { recursive: true });
  const fixture = resolve('test/launcher/fixture-service.ts');
  await writeFile(join(place, 'main.js'), `process.argv[2] = '${name}'; await import('${fixture}');`);
}
const plan = {
  settings: readSettings(process.env),
  services,
  builtDirectory,
  migrationsDirectory: resolve('migrations'),
};
process.exitCode = await runStack(plan, async ({ terminal }) => terminal.line('everything serves'));
