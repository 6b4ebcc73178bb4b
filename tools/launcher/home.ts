import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Obstacle } from '../obstacle.ts';

/** The directory that holds everything a running Quittance writes. */
export class Home {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  get postgresData(): string {
    return join(this.directory, 'postgres');
  }
  get natsStore(): string {
    return join(this.directory, 'nats');
  }
  get natsConfig(): string {
    return join(this.directory, 'nats.conf');
  }
  get lock(): string {
    return join(this.directory, 'launcher.lock');
  }
  get processes(): string {
    return join(this.directory, 'processes.json');
  }
  get secrets(): string {
    return join(this.directory, 'secrets.json');
  }
  get demo(): string {
    return join(this.directory, 'demo.json');
  }
  get logs(): string {
    return join(this.directory, 'logs');
  }
  log(program: string): string {
    return join(this.logs, `${program}.log`);
  }

  async create(): Promise<void> {
    try {
      await mkdir(this.logs, { recursive: true });
    } catch (fault) {
      throw new Obstacle(
        `${this.directory} cannot be created: ${fault instanceof Error ? fault.message : String(fault)}`,
        ['Name a directory you may write to: QUITTANCE_HOME=/path npm start'],
        { cause: fault },
      );
    }
  }

  async freeBytes(): Promise<number> {
    const disk = await statfs(this.directory);
    return disk.bavail * disk.bsize;
  }
}

/** Nothing where there is no such file; what is no JSON is treated as if a crash had cut it short. */
export async function readJson(file: string): Promise<unknown> {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(await readFile(file, 'utf8')) as unknown;
  } catch (fault) {
    if (fault instanceof SyntaxError) return undefined;
    throw fault;
  }
}

/** Readers see the old content or the new, never half of it, and only this user may read it. */
export async function writeJson(file: string, content: unknown): Promise<void> {
  const draft = `${file}.${process.pid}.draft`;
  await writeFile(draft, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
  await rename(draft, file);
}
