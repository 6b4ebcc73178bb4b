import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Obstacle } from '../../obstacle.ts';

const run = promisify(execFile);

/** What the services are built from and read, and how. */
const parts = ['apps', 'libs', 'migrations', 'docs', 'package.json', 'tsconfig.json', 'tsconfig.build.json'];

export interface ScratchCopy {
  readonly builtDirectory: string;
  remove(): Promise<void>;
}

/** A copy of the checkout with the patch applied, built. Starting from what was built before, it takes a few seconds. */
export async function scratchCopyWith(patch: string, root: string): Promise<ScratchCopy> {
  const directory = await mkdtemp(join(tmpdir(), 'quittance-planted-'));
  const remove = (): Promise<void> => rm(directory, { recursive: true, force: true });
  try {
    await Promise.all(
      [...parts, 'dist'].map((part) =>
        cp(join(root, part), join(directory, part), { recursive: true, preserveTimestamps: true }),
      ),
    );
    await symlink(join(root, 'node_modules'), join(directory, 'node_modules'));
    await run('git', ['apply', '--unsafe-paths', join(root, patch)], { cwd: directory }).catch((fault: unknown) => {
      throw new Obstacle(`${patch} cannot be applied; the code that it changes has moved on.`, [], { cause: fault });
    });
    const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    await run(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { cwd: directory });
    return { builtDirectory: join(directory, 'dist'), remove };
  } catch (fault) {
    await remove();
    throw fault;
  }
}
