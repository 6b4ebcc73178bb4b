import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { arch, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fetchReleaseArchive } from '../../../tools/nats/release-archive.ts';

const system = `${platform()}-${arch() === 'x64' ? 'amd64' : arch()}`;
let place: string;
let archive: Buffer;
let server: Server;
let origin: string;

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'quittance-test-archive-'));
  const name = `nats-server-v9.9.9-${system}`;
  await mkdir(join(place, name));
  await writeFile(join(place, name, 'nats-server'), 'the program');
  execFileSync('tar', ['-czf', join(place, 'archive.tar.gz'), '-C', place, name]);
  archive = await readFile(join(place, 'archive.tar.gz'));
  server = createServer((request, response) => {
    response.statusCode = request.url === `/v9.9.9/${name}.tar.gz` ? 200 : 404;
    response.end(archive);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});

afterAll(async () => {
  server.close();
  await rm(place, { recursive: true, force: true });
});

describe('a release', () => {
  const sumOf = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

  test('that is what was pinned is unpacked', async () => {
    const into = join(place, 'good');
    const program = await fetchReleaseArchive(into, { version: '9.9.9', origin, sha256: { [system]: sumOf(archive) } });
    expect(await readFile(program, 'utf8')).toBe('the program');
  });

  test('that differs by a byte is refused before anything is written', async () => {
    const into = join(place, 'bad');
    const pinned = { version: '9.9.9', origin, sha256: { [system]: sumOf(Buffer.concat([archive, Buffer.of(0)])) } };
    await expect(fetchReleaseArchive(into, pinned)).rejects.toThrow('is not the file that was pinned');
    await expect(readFile(into)).rejects.toThrow('ENOENT');
  });

  test('that is not there, or not pinned for this machine, is an error', async () => {
    const missing = { version: '1.0.0', origin, sha256: { [system]: sumOf(archive) } };
    await expect(fetchReleaseArchive(join(place, 'none'), missing)).rejects.toThrow('it answered 404');
    await expect(fetchReleaseArchive(join(place, 'none'), { ...missing, sha256: {} })).rejects.toThrow('is pinned');
  });
});
