import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const programNames = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const applications = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];

/** A mirror at the far end of a slow line still delivers 100 MB in this time. */
const installDeadlineMs = 300_000;

/** The browser to test with: the one that CHROME_PATH names, or one that is installed. */
export function findChromium(): string | undefined {
  const directories = (process.env['PATH'] ?? '').split(delimiter).filter((directory) => directory !== '');
  const onPath = programNames.flatMap((name) => directories.map((directory) => join(directory, name)));
  const named = process.env['CHROME_PATH'] ?? '';
  return [named, ...onPath, ...applications].find((program) => program !== '' && existsSync(program));
}

/** Only where that asks nobody anything: as root, on Debian, whose package is a whole browser. */
export function mayInstallChromium(): boolean {
  return process.getuid?.() === 0 && existsSync('/usr/bin/apt-get') && isDebian();
}

export async function installChromium(): Promise<void> {
  const call = { timeout: installDeadlineMs, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  await run('apt-get', ['-q', 'update'], call);
  await run('apt-get', ['-q', 'install', '--yes', '--no-install-recommends', 'chromium'], call);
}

function isDebian(): boolean {
  try {
    return /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}
