import { writeFile } from 'node:fs/promises';
import { setPriority } from 'node:os';

/**
 * Makes a process yield to others. Linux may schedule each session as a group of its own ("autogroup"), and then niceness
 * counts only within the group unless the group is told as well.
 */
export async function beNice(pid: number, niceness: number): Promise<void> {
  if (niceness === 0) return;
  try {
    setPriority(pid, niceness);
    await writeFile(`/proc/${pid}/autogroup`, String(niceness));
  } catch (fault) {
    // There are no such groups here, or the process has ended already: then there is nothing to tell.
    if (!(fault instanceof Error && 'code' in fault)) throw fault;
  }
}
