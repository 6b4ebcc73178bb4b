import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type Version = readonly [major: number, minor: number, patch: number];

/** The first with `sync_interval`, consumers over several subjects, and subject transforms without known data loss. */
export const versionMin: Version = [2, 10, 23];

/** What the program says it is; undefined when it does not run here or does not say. */
export async function serverVersion(program: string): Promise<Version | undefined> {
  try {
    const { stdout } = await run(program, ['--version'], { timeout: 5_000 });
    return parseVersion(stdout);
  } catch {
    return undefined;
  }
}

export function parseVersion(text: string): Version | undefined {
  const [, major, minor, patch] = /v?(\d+)\.(\d+)\.(\d+)/.exec(text) ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch)];
}

export function isNewEnough(version: Version): boolean {
  for (const [place, least] of versionMin.entries()) {
    const found = version[place] ?? 0;
    if (found !== least) return found > least;
  }
  return true;
}

export function formatVersion(version: Version): string {
  return version.join('.');
}
