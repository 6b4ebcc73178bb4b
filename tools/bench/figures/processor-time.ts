import { readdir, readFile } from 'node:fs/promises';

/** Of the kernel's accounting; every Linux that Node runs on counts a hundred a second. */
const ticksPerSecond = 100;

/** A program and, for PostgreSQL, the processes of its sessions. Others on the machine make it wait, but not this larger. */
export async function processorMs(pid: number): Promise<number> {
  const processes = await readdir('/proc');
  const stats = await Promise.all(
    processes
      .filter((name) => /^\d+$/.test(name))
      .map((name) => readFile(`/proc/${name}/stat`, 'utf8').catch(() => '')),
  );
  let ticks = 0;
  for (const stat of stats) {
    const own = Number(stat.slice(0, stat.indexOf(' ')));
    const [, parent, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (own !== pid && Number(parent) !== pid) continue;
    // Fields 14 and 15 of the line: in the program and in the kernel on its behalf.
    ticks += Number(rest[9]) + Number(rest[10]);
  }
  return (ticks / ticksPerSecond) * 1_000;
}
