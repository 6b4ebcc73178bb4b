import { Obstacle } from '../obstacle.ts';
import { portIsFree } from '../processes/free-port.ts';
import { portsAfterFirst } from './settings.ts';

export interface NeededPort {
  readonly port: number;
  readonly by: string;
}

export async function requireFreePorts(needed: readonly NeededPort[], firstPort: number): Promise<void> {
  const free = await Promise.all(needed.map(({ port }) => portIsFree(port)));
  const taken = needed.filter((_, index) => free[index] === false).sort((a, b) => a.port - b.port);
  if (taken.length === 0) return;
  const list = taken.map(({ port, by }) => `${port} (${by})`).join(', ');
  throw new Obstacle(
    `Another program already listens on port ${list}; Quittance uses ${firstPort} to ${firstPort + portsAfterFirst}.`,
    [
      `See which one: lsof -i :${taken[0]?.port}, or: ss -ltnp`,
      `Or let Quittance use other ports: PORT=${alternative(firstPort)} npm start`,
    ],
  );
}

function alternative(firstPort: number): number {
  return firstPort < 4000 ? 4000 : firstPort < 60_000 ? firstPort + 1000 : 3000;
}
