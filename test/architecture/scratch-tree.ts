import { execFile, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Paths from the root to the source of a file. */
export type Files = Readonly<Record<string, string>>;

export interface Verdict {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A copy of the tree in which a test may break the rules: nobody else works there while it is wrong. */
export class ScratchTree {
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  /** With every file that is tracked or about to be, and with `planted` written over and beside them. */
  static async with(planted: Files): Promise<ScratchTree> {
    const tree = new ScratchTree(await mkdtemp(join(tmpdir(), 'quittance-architecture-')));
    for (const path of await sourceFiles()) await cp(path, join(tree.root, path));
    await symlink(resolve('node_modules'), join(tree.root, 'node_modules'));
    for (const [path, source] of Object.entries(planted)) await tree.write(path, source);
    return tree;
  }

  /** Runs a program of node_modules/.bin in the copy. */
  run([program, ...args]: readonly [string, ...string[]]): Promise<Verdict> {
    return new Promise((settle, fail) => {
      const child = spawn(resolve('node_modules', '.bin', program), args, {
        cwd: this.root,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const said = { stdout: '', stderr: '' };
      for (const stream of ['stdout', 'stderr'] as const) {
        child[stream].setEncoding('utf8');
        child[stream].on('data', (chunk: string) => (said[stream] += chunk));
      }
      child.once('error', fail);
      child.once('close', (code) => settle({ code, ...said }));
    });
  }

  async remove(): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }

  private async write(path: string, source: string): Promise<void> {
    const place = join(this.root, path);
    await mkdir(dirname(place), { recursive: true });
    await writeFile(place, source);
  }
}

/** What git holds or would take in; files that were deleted and not yet committed as such are gone. */
export async function sourceFiles(): Promise<string[]> {
  const list = async (...which: string[]): Promise<string[]> => {
    const { stdout } = await run('git', ['ls-files', '-z', ...which], { maxBuffer: 16 * 1024 * 1024 });
    return stdout.split('\0').filter((path) => path !== '');
  };
  const deleted = new Set(await list('--deleted'));
  return (await list('--cached', '--others', '--exclude-standard')).filter((path) => !deleted.has(path));
}
