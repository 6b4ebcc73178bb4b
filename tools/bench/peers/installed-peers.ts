import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { Obstacle } from '../../obstacle.ts';

/** Their package.json and lockfile are part of the checkout; what they name is of no use to anything but the bench. */
const listed = resolve('tools', 'bench', 'peers');
const installed = resolve('node_modules', '.cache', 'quittance-bench-peers');

/** Brings the packages that the bench compares with, once; `npm start` never asks for them. */
export async function installPeers(): Promise<void> {
  const lockfile = await readFile(join(listed, 'package-lock.json'), 'utf8');
  // npm's own record is written last, so what lacks it, or was listed otherwise, is installed again.
  const record = join(installed, 'node_modules', '.package-lock.json');
  const isComplete = await readFile(record).catch(() => undefined);
  const installedLockfile = await readFile(join(installed, 'package-lock.json'), 'utf8').catch(() => '');
  if (isComplete !== undefined && installedLockfile === lockfile) return;
  await mkdir(installed, { recursive: true });
  for (const name of ['package.json', 'package-lock.json']) await copyFile(join(listed, name), join(installed, name));
  const npm = spawn('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: installed,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = (await once(npm, 'exit')) as [number | null];
  if (code !== 0) {
    throw new Obstacle('npm could not install what the bench compares with.', [
      'Check the network and the registry that npm uses (npm config get registry), or choose other parts.',
    ]);
  }
}

/** One of those packages; the caller names the part of it that is used, because its own types are not there to be read. */
export function peerPackage<Used>(name: string): Used {
  return createRequire(join(installed, 'package.json'))(name) as Used;
}
