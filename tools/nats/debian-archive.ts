import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { debianMirror, readAptSources } from './apt-sources.ts';

const run = promisify(execFile);

/** Newest first. Both carry a nats-server that is new enough; Debian 12's own does not. */
const suites = ['forky', 'trixie'] as const;

/** The archive's signing keys as the machine already trusts them. */
const keyrings = ['/usr/share/keyrings/debian-archive-keyring.gpg', '/usr/share/keyrings/debian-archive-keyring.pgp'];

/** A slow mirror gets this long for the 10 MB index and the 5 MB package. */
const aptDeadlineMs = 120_000;

/**
 * Fetches Debian's own nats-server from the mirror that the machine uses, and returns where it was unpacked. apt works in
 * directories of ours: nothing is installed, no root is needed, and it refuses what the Debian keys did not sign.
 */
export async function fetchFromDebian(into: string, accept: (program: string) => Promise<boolean>): Promise<string> {
  const { mirror, keyring } = await debianSetup();
  const work = await mkdtemp(join(tmpdir(), 'quittance-apt-'));
  const refusals: string[] = [];
  try {
    for (const suite of suites) {
      try {
        const unpacked = join(into, suite);
        await fetchFromSuite({ work: join(work, suite), mirror, keyring, suite, unpacked });
        const program = await findProgram(unpacked);
        if (await accept(program)) return program;
        refusals.push(`${suite}: its nats-server does not run here or is too old`);
      } catch (fault) {
        refusals.push(`${suite}: ${lastLine(fault)}`);
      }
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  throw new Error(refusals.join('; '));
}

async function debianSetup(): Promise<{ mirror: string; keyring: string }> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  if (!/^ID=debian$/m.test(release)) throw new Error('this is not Debian');
  const codename = /^VERSION_CODENAME=(\w+)$/m.exec(release)?.[1] ?? 'stable';
  const mirror = debianMirror(await readAptSources(), codename);
  if (mirror === undefined) throw new Error('no Debian mirror in the apt configuration');
  const keyring = keyrings.find((path) => existsSync(path));
  if (keyring === undefined) throw new Error('the package debian-archive-keyring is missing');
  return { mirror, keyring };
}

interface SuiteOrder {
  readonly work: string;
  readonly mirror: string;
  readonly keyring: string;
  readonly suite: string;
  readonly unpacked: string;
}

async function fetchFromSuite({ work, mirror, keyring, suite, unpacked }: SuiteOrder): Promise<void> {
  const lists = join(work, 'lists');
  const cache = join(work, 'cache');
  await Promise.all([mkdir(join(lists, 'partial'), { recursive: true }), mkdir(cache, { recursive: true })]);
  const sourceList = join(work, 'sources.list');
  const status = join(work, 'status');
  await writeFile(sourceList, `deb [signed-by=${keyring}] ${mirror} ${suite} main\n`);
  await writeFile(status, '');
  const options = [
    `Dir::Etc::SourceList=${sourceList}`,
    'Dir::Etc::SourceParts=/dev/null',
    'Dir::Etc::Preferences=/dev/null',
    'Dir::Etc::PreferencesParts=/dev/null',
    `Dir::State::Lists=${lists}`,
    `Dir::State::Status=${status}`,
    `Dir::Cache=${cache}`,
    // Only the index of packages is of use here; translations and contents are ten times its size.
    'Acquire::Languages=none',
    'Acquire::Retries=2',
    // apt's own sandbox user cannot write into a directory that only we may enter.
    'APT::Sandbox::User=root',
  ].flatMap((option) => ['-o', option]);
  const call = { cwd: work, timeout: aptDeadlineMs, env: { ...process.env, LC_ALL: 'C' } };
  await run('apt-get', ['-q', ...options, '-o', 'APT::Update::Error-Mode=any', 'update'], call);
  await run('apt-get', ['-q', ...options, 'download', 'nats-server'], call);
  const archive = (await readdir(work)).find((file) => file.endsWith('.deb'));
  if (archive === undefined) throw new Error('apt-get downloaded no package');
  await mkdir(unpacked, { recursive: true });
  await run('dpkg', ['-x', archive, unpacked], call);
}

async function findProgram(unpacked: string): Promise<string> {
  const program = ['usr/bin', 'usr/sbin'].map((place) => join(unpacked, place, 'nats-server')).find(existsSync);
  if (program === undefined) throw new Error('the package holds no nats-server');
  return program;
}

function lastLine(fault: unknown): string {
  const text = fault instanceof Error && 'stderr' in fault ? String(fault.stderr) || fault.message : String(fault);
  return text.trim().split('\n').at(-1) ?? '';
}
