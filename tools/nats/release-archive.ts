import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pinnedRelease } from './pinned-release.ts';

const run = promisify(execFile);

/** A host that does not answer within this time is not reachable from here. */
const connectMs = 5_000;
/** 6 MB over a slow line. */
const downloadMs = 60_000;

/** Fetches the project's own release, refuses it unless it is the very file that was pinned, and unpacks it. */
export async function fetchReleaseArchive(into: string, release = pinnedRelease): Promise<string> {
  const system = `${platform()}-${arch() === 'x64' ? 'amd64' : arch()}`;
  const sha256 = release.sha256[system];
  if (sha256 === undefined) throw new Error(`no release for ${system} is pinned`);
  const name = `nats-server-v${release.version}-${system}`;
  const archive = await download(`${release.origin}/v${release.version}/${name}.tar.gz`);
  const found = createHash('sha256').update(archive).digest('hex');
  if (found !== sha256) throw new Error(`${name}.tar.gz is not the file that was pinned: its SHA-256 is ${found}`);
  await mkdir(into, { recursive: true });
  const file = join(into, 'archive.tar.gz');
  await writeFile(file, archive);
  await run('tar', ['-xzf', file, '-C', into]);
  return join(into, name, 'nats-server');
}

async function download(url: string): Promise<Buffer> {
  const abandon = new AbortController();
  const timer = setTimeout(() => abandon.abort(new Error('no answer')), connectMs);
  const answer = await fetch(url, { signal: AbortSignal.any([abandon.signal, AbortSignal.timeout(downloadMs)]) });
  clearTimeout(timer);
  if (!answer.ok) throw new Error(`it answered ${answer.status}`);
  return Buffer.from(await answer.arrayBuffer());
}
