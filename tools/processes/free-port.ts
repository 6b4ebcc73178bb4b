import { createServer } from 'node:net';

export const loopback = '127.0.0.1';

/** A port that nobody listens on now. The kernel hands out others before it repeats one, so it stays free a while. */
export async function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, loopback, () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('the kernel gave no port'));
      });
    });
  });
}

export function portIsFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ port, host: loopback, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Below Linux's ephemeral range (32768 and up), so that no outgoing connection takes a port between look and use. */
const consecutiveFrom = 20_000;
const consecutiveTo = 32_000;

/** The first of `count` neighbouring ports that are all free. */
export async function freePortsInARow(count: number): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const first = consecutiveFrom + Math.floor(Math.random() * (consecutiveTo - consecutiveFrom - count));
    const ports = Array.from({ length: count }, (_, offset) => first + offset);
    const free = await Promise.all(ports.map(portIsFree));
    if (free.every(Boolean)) return first;
  }
  throw new Error(`found no ${count} free ports in a row between ${consecutiveFrom} and ${consecutiveTo}`);
}
