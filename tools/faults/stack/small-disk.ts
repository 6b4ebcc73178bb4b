import { execFile } from 'node:child_process';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Obstacle } from '../../obstacle.ts';

const run = promisify(execFile);

const ballastName = 'ballast';
const chunk = Buffer.alloc(1024 * 1024);

/** A file system of its own in memory, small enough to be filled in a moment. Only root on Linux can make one. */
export class SmallDisk {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async mount(directory: string, megabytes: number): Promise<SmallDisk> {
    await mkdir(directory, { recursive: true });
    try {
      // PostgreSQL's own user has to pass through when this runs as root.
      await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=711`, 'tmpfs', directory]);
    } catch (fault) {
      throw new Obstacle(
        'A disk that can be filled cannot be mounted here.',
        ['Run it as root on Linux.', 'Or leave out --disks.'],
        { cause: fault },
      );
    }
    return new SmallDisk(directory);
  }

  /** Until not a byte more can be written. */
  async fill(): Promise<void> {
    const ballast = await open(join(this.directory, ballastName), 'w');
    try {
      for (;;) await ballast.write(chunk);
    } catch (fault) {
      if (!(fault instanceof Error && 'code' in fault && fault.code === 'ENOSPC')) throw fault;
    } finally {
      await ballast.close();
    }
  }

  async makeRoom(): Promise<void> {
    await rm(join(this.directory, ballastName), { force: true });
  }
}

/** Also where there is nothing mounted: then there is nothing to do. */
export async function unmount(directory: string): Promise<void> {
  await run('umount', [directory]).catch(() => undefined);
}
