import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { Obstacle } from '../obstacle.ts';
import { identify, isRunning } from '../processes/process-identity.ts';

const holderShape = z.object({
  pid: z.number(),
  began: z.string(),
  since: z.string(),
  port: z.number(),
});

type Holder = z.infer<typeof holderShape>;

/** One launcher per home. The lock of one that was killed is recognised by its process and taken over. */
export async function takeInstanceLock(file: string, port: number): Promise<() => Promise<void>> {
  const identity = await identify(process.pid);
  if (identity === undefined) throw new Error('this process does not find itself');
  const own = JSON.stringify({ ...identity, since: new Date().toISOString(), port } satisfies Holder);
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, own, { mode: 0o600 });
  try {
    await place(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
  return async () => {
    if ((await readIfThere(file)) === own) await rm(file, { force: true });
  };
}

/** A hard link appears whole or not at all, and only for one of several who try. */
async function place(draft: string, file: string): Promise<void> {
  for (;;) {
    try {
      return await link(draft, file);
    } catch (fault) {
      if (!(fault instanceof Error && 'code' in fault && fault.code === 'EEXIST')) throw fault;
    }
    const content = await readIfThere(file);
    if (content === undefined) continue;
    const holder = parseHolder(content);
    if (holder !== undefined && (await isRunning(holder))) throw alreadyRunning(holder);
    await removeStale(file, content);
  }
}

/** Of two who find the same stale lock the slower one may have moved the faster one's new lock, and puts it back. */
async function removeStale(file: string, staleContent: string): Promise<void> {
  const aside = `${file}.${process.pid}.stale`;
  try {
    await rename(file, aside);
  } catch {
    return;
  }
  if ((await readIfThere(aside)) !== staleContent) await link(aside, file).catch(() => undefined);
  await rm(aside, { force: true });
}

function parseHolder(content: string): Holder | undefined {
  try {
    return holderShape.safeParse(JSON.parse(content)).data;
  } catch {
    return undefined;
  }
}

function alreadyRunning(holder: Holder): Obstacle {
  const since = new Date(holder.since).toLocaleTimeString();
  return new Obstacle(
    `Quittance already runs here: process ${holder.pid} since ${since}, http://127.0.0.1:${holder.port}/playground`,
    [
      `Stop it with Ctrl-C in its terminal, or with: kill ${holder.pid}`,
      'Or start a second one beside it: QUITTANCE_HOME=/another/directory PORT=4000 npm start',
    ],
  );
}

async function readIfThere(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}
