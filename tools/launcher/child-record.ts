import { z } from 'zod';
import { identify, isRunning, signalIfRunning, type ProcessIdentity } from '../processes/process-identity.ts';
import { until } from '../processes/until.ts';
import { readJson, writeJson } from './home.ts';

const recordShape = z.record(z.string(), z.object({ pid: z.number(), began: z.string() }));

/** They drain when asked, but may be killed at any time by design, and the next start should not take long. */
const leftoverGraceMs = 2_500;

/** Which programs this launcher has started: what a successor has to end when this launcher is killed. */
export class ChildRecord {
  private readonly file: string;
  private readonly children = new Map<string, ProcessIdentity>();
  private writing: Promise<void> = Promise.resolve();

  constructor(file: string) {
    this.file = file;
  }

  async add(name: string, pid: number): Promise<void> {
    const identity = await identify(pid);
    if (identity === undefined) return;
    this.children.set(name, identity);
    await this.write();
  }

  async remove(name: string): Promise<void> {
    if (this.children.delete(name)) await this.write();
  }

  /** One at a time and each with the newest content. A full disk may refuse it: the programs still run. */
  private async write(): Promise<void> {
    this.writing = this.writing
      .then(() => writeJson(this.file, Object.fromEntries(this.children)))
      .catch(() => undefined);
    await this.writing;
  }
}

/** Ends what a killed launcher left running, and names it. */
export async function endLeftovers(file: string): Promise<string[]> {
  const recorded = recordShape.safeParse(await readJson(file)).data ?? {};
  const ended: string[] = [];
  await Promise.all(
    Object.entries(recorded).map(async ([name, identity]) => {
      if (!(await isRunning(identity))) return;
      ended.push(name);
      await endLeftover(name, identity);
    }),
  );
  return ended;
}

async function endLeftover(name: string, identity: ProcessIdentity): Promise<void> {
  const isGone = async (): Promise<boolean> => !(await isRunning(identity));
  // PostgreSQL takes SIGTERM as "wait until the last session has left".
  signalIfRunning(identity.pid, name === 'postgres' ? 'SIGINT' : 'SIGTERM');
  try {
    await until(isGone, { what: `${name} to end`, deadlineMs: leftoverGraceMs });
  } catch {
    signalIfRunning(identity.pid, 'SIGKILL');
    await until(isGone, { what: `${name} to be killed`, deadlineMs: leftoverGraceMs });
  }
}
