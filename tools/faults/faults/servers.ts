import { rm } from 'node:fs/promises';
import type { FaultStack } from '../stack/stack.ts';
import type { Fault } from './fault.ts';

const backWithinMs = 30_000;
const atOnce = { least: 0, most: 0 };

/** The broker and the database die, stand still and forget. */
export function brokenServers({ nats, natsStore, postgres }: FaultStack): Fault[] {
  const natsServes = (): Promise<void> => nats.serves(backWithinMs);
  return [
    { kind: 'kill -9 of nats', targets: ['nats'], lastsMs: atOnce, inject: () => nats.kill(), heal: natsServes },
    {
      kind: 'freeze of nats',
      targets: ['nats'],
      lastsMs: { least: 2_000, most: 8_000 },
      inject: async () => nats.freeze(),
      async heal() {
        nats.thaw();
        await natsServes();
      },
    },
    {
      kind: 'nats wiped',
      targets: ['nats'],
      lastsMs: atOnce,
      inject: () => nats.kill('SIGKILL', () => rm(natsStore, { recursive: true, force: true })),
      heal: natsServes,
    },
    {
      // SIGQUIT is PostgreSQL's "immediate" shutdown: sessions are cut, nothing is written, the next start replays the log.
      kind: 'postgres killed (immediate)',
      targets: ['postgres'],
      lastsMs: atOnce,
      inject: () => postgres.kill('SIGQUIT'),
      heal: () => postgres.serves(backWithinMs),
    },
    {
      kind: 'kill -9 of postgres',
      targets: ['postgres'],
      lastsMs: atOnce,
      inject: () => postgres.kill(),
      heal: () => postgres.serves(backWithinMs),
    },
    {
      // "Fast" shutdown: an operator who changes a setting.
      kind: 'postgres restarted',
      targets: ['postgres'],
      lastsMs: atOnce,
      inject: () => postgres.kill('SIGINT'),
      heal: () => postgres.serves(backWithinMs),
    },
  ];
}

/** Nothing more can be written. PostgreSQL gives up and starts again until it can; NATS turns JetStream off. */
export function fullDisks({ disks, nats, postgres }: FaultStack): Fault[] {
  if (disks === undefined) return [];
  const lastsMs = { least: 3_000, most: 9_000 };
  return [
    {
      kind: 'disk full for postgres',
      targets: ['postgres'],
      lastsMs,
      inject: () => disks.postgres.fill(),
      async heal() {
        await disks.postgres.makeRoom();
        await postgres.serves(backWithinMs);
      },
    },
    {
      kind: 'disk full for nats',
      targets: ['nats'],
      lastsMs,
      inject: () => disks.nats.fill(),
      async heal() {
        await disks.nats.makeRoom();
        // JetStream that has been turned off for want of room stays off until somebody starts the server again.
        await nats.restart();
        await nats.serves(backWithinMs);
      },
    },
  ];
}
