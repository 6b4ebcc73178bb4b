import { readdir, readFile } from 'node:fs/promises';

/** Of the kernel's accounting; every Linux that Node runs on counts a hundred a second. */
const ticksPerSecond = 100;

/** What each of some processes has taken so far, in ms, by its id. */
export type ProcessorTimes = ReadonlyMap<number, number>;

/** Of a program and, for PostgreSQL, of the processes of its sessions. Others on the machine make it wait, but not this larger. */
export async function processorTimes(pid: number): Promise<ProcessorTimes> {
  const processes = await readdir('/proc');
  const stats = await Promise.all(
    processes
      .filter((name) => /^\d+$/.test(name))
      .map((name) => readFile(`/proc/${name}/stat`, 'utf8').catch(() => '')),
  );
  const times = new Map<number, number>();
  for (const stat of stats) {
    const own = Number(stat.slice(0, stat.indexOf(' ')));
    const [, parent, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (own !== pid && Number(parent) !== pid) continue;
    // Fields 14 and 15 of the line: in the program and in the kernel on its behalf.
    times.set(own, ((Number(rest[9]) + Number(rest[10])) / ticksPerSecond) * 1_000);
  }
  return times;
}

/** In ms. What a session took that ended in between is not known. */
export function processorMsBetween(before: ProcessorTimes, after: ProcessorTimes): number {
  return [...after].reduce((sum, [pid, ms]) => sum + ms - (before.get(pid) ?? 0), 0);
}
