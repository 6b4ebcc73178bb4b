import { Obstacle } from '../obstacle.ts';
import type { Home } from './home.ts';

const megabyte = 1024 * 1024;

/** A new PostgreSQL takes 60 MB, its log and the streams of a first hour as much again; the rest is for working. */
const startingBytesMin = 256 * megabyte;

/** PostgreSQL takes its log in pieces of 16 MB; with less than two of them left the next write may be refused. */
const runningBytesMin = 32 * megabyte;

/** Time to make room, at a rate of a few megabytes a second, before anything is refused. */
const warningBytesMin = 512 * megabyte;

export async function requireRoomToStart(home: Home): Promise<void> {
  const free = await home.freeBytes();
  if (free < startingBytesMin) throw fullDisk(home, free);
}

/** The obstacle when the disk is the likely reason for whatever just died. */
export async function findFullDisk(home: Home): Promise<Obstacle | undefined> {
  const free = await home.freeBytes();
  return free < runningBytesMin ? fullDisk(home, free) : undefined;
}

export type Room = 'ample' | 'little' | 'none';

export async function lookForRoom(home: Home): Promise<Room> {
  const free = await home.freeBytes();
  if (free < runningBytesMin) return 'none';
  return free < warningBytesMin ? 'little' : 'ample';
}

/** What a person should hear when the room changed from one to the other. */
export function roomNews(home: Home, before: Room, now: Room): string | undefined {
  if (before === now) return undefined;
  if (now === 'none') return `The disk of ${home.directory} is full: until there is room, payments are refused.`;
  if (now === 'little') return `The disk of ${home.directory} has less than ${megabytes(warningBytesMin)} left.`;
  return `The disk of ${home.directory} has room again.`;
}

export function fullDisk(home: Home, free?: number): Obstacle {
  const left = free === undefined ? '' : `: ${megabytes(free)} left`;
  return new Obstacle(`The disk that holds ${home.directory} is full${left}.`, [
    `Free at least ${megabytes(startingBytesMin)} and start again; every payment that was answered is kept.`,
    'Or keep the data on another disk: QUITTANCE_HOME=/path npm start',
  ]);
}

function megabytes(bytes: number): string {
  return `${Math.floor(bytes / megabyte)} MB`;
}
