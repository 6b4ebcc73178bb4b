import { endLeftovers } from './child-record.ts';
import { requireRoomToStart } from './disk.ts';
import type { Home } from './home.ts';
import { takeInstanceLock } from './instance-lock.ts';
import { requireFreePorts, type NeededPort } from './ports.ts';
import { readOrCreateSecrets, type Secrets } from './secrets.ts';
import type { Terminal } from './terminal.ts';

export interface Possession {
  readonly secrets: Secrets;
  readonly release: () => Promise<void>;
}

/** Makes sure that the home, the ports and the disk are ours to use, or says who or what is in the way. */
export async function takePossession(
  home: Home,
  neededPorts: readonly NeededPort[],
  firstPort: number,
  terminal: Terminal,
): Promise<Possession> {
  await home.create();
  const release = await takeInstanceLock(home.lock, firstPort);
  try {
    const ended = await endLeftovers(home.processes);
    if (ended.length > 0) terminal.line(`Ended what a killed launcher had left running: ${ended.sort().join(', ')}.`);
    await requireRoomToStart(home);
    await requireFreePorts(neededPorts, firstPort);
    return { secrets: await readOrCreateSecrets(home), release };
  } catch (fault) {
    await release();
    throw fault;
  }
}
