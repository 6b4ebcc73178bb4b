import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Broker } from '../nats/broker.ts';
import { Obstacle } from '../obstacle.ts';
import type { Cluster } from '../postgres/cluster.ts';
import type { Home } from './home.ts';
import { serviceEnvironment, type Addresses, type Service } from './services.ts';
import type { Program } from './supervisor.ts';

export const postgresName = 'postgres';
export const natsName = 'nats';

/** After a crash PostgreSQL replays its log first, up to 2 GB of it. */
const postgresReadyMs = 90_000;
const natsReadyMs = 30_000;
/** Six of them share two cores when they start, and one of them waits for the others' streams. */
const serviceReadyMs = 60_000;

/** Ten seconds is what a service promises; a moment more keeps us from killing one that just made it. */
const serviceGraceMs = 10_500;

/**
 * V8 keeps a nursery of 16 MB a half, and lets the rest grow to several times what is in use before it collects it. A
 * nursery of 8 MB and a growth of 25 % keep a service that works hard below 200 MB resident.
 */
export const heapBounds = ['--max-semi-space-size=8', '--heap-growing-percent=25'];

/**
 * glibc gives each thread of V8 an arena of its own and keeps what was freed in it: up to 100 MB a service that nobody
 * uses. One arena, trimmed at its end, is enough for a process that has one busy thread. Elsewhere this means nothing.
 */
export const allocatorBounds = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '131072' };

export function postgresProgram(cluster: Cluster): Program {
  return {
    name: postgresName,
    needs: [],
    recipe: () => cluster.recipe(),
    prepare: () => cluster.clearLeftovers(),
    isReady: () => cluster.answers(),
    readyWithinMs: postgresReadyMs,
    // "Fast" shutdown: sessions are ended, everything is written, the next start replays nothing.
    stopSignal: 'SIGINT',
    stopGraceMs: 20_000,
    mayStayDown: false,
  };
}

export function natsProgram(broker: Broker): Program {
  return {
    name: natsName,
    needs: [],
    recipe: () => broker.recipe(),
    isReady: () => broker.answers(),
    readyWithinMs: natsReadyMs,
    stopSignal: 'SIGTERM',
    stopGraceMs: 5_000,
    mayStayDown: false,
  };
}

export interface ServicePlace {
  readonly home: Home;
  /** Where the compiled tree is. */
  readonly builtDirectory: string;
  /** Of the servers that are ours; one that DATABASE_URL or NATS_URL names is not waited for. */
  readonly needs: readonly string[];
  /** While its code is being written, a service that cannot live waits for the next change. */
  readonly mayStayDown: boolean;
  addresses(): Addresses;
}

export function serviceProgram(service: Service, place: ServicePlace): Program {
  const entry = join(place.builtDirectory, 'apps', service.name, 'src', 'main.js');
  return {
    name: service.name,
    needs: place.needs.filter((name) => name !== natsName || service.needsBroker),
    recipe() {
      if (!existsSync(entry)) throw new Obstacle(`${entry} is missing.`, ['Build it: npm run build']);
      return {
        command: process.execPath,
        args: [...heapBounds, ...service.engineOptions, entry],
        env: { ...allocatorBounds, ...serviceEnvironment(service, place.addresses(), process.env) },
        logFile: place.home.log(service.name),
      };
    },
    isReady: () => isServing(place.addresses().portOf(service.name)),
    readyWithinMs: serviceReadyMs,
    niceness: service.niceness,
    stopSignal: 'SIGTERM',
    stopGraceMs: serviceGraceMs,
    mayStayDown: place.mayStayDown,
  };
}

/** What is missing is in the body, and so in the error that the person reads. */
async function isServing(port: number): Promise<true> {
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(2_000) });
  const body = await answer.text();
  if (!answer.ok) throw new Error(`/readyz says ${answer.status} ${body}`);
  return true;
}
