import { setTimeout as pause } from 'node:timers/promises';
import type { Chance } from '../chance.ts';
import type { FaultStack } from '../stack/stack.ts';
import type { Fault } from './fault.ts';

/** In the order in which they cost: most payments go to the first. */
const names = ['alpha', 'beta', 'gamma'];

const lastsMs = { least: 2_000, most: 6_000 };
const flapMs = { least: 200, most: 700 };

/** Above the time that the services wait here: the thing is done, and told when nobody listens any more. */
const lateMs = 2_500;

/** See docs/sandbox.md, Controls. */
const tempers = {
  'acquirer hangs': { hang: true },
  'acquirer is down': { down: true },
  'acquirer answers late': { latencyMs: lateMs },
  'acquirer errs after doing it, or before': { errorRate: 0.5 },
  'acquirer declines more': { declineRate: 0.5 },
} as const;

/** Somebody else's system, having a bad day. One acquirer or all of them, drawn for each fault. */
export function moodyAcquirers({ sandboxUrl }: FaultStack, chance: Chance): Fault[] {
  const control = (name: string, change: object | undefined): Promise<void> => tell(sandboxUrl, name, change);
  const steady = Object.entries(tempers).map(([kind, change]) => {
    let affected: readonly string[] = [];
    return {
      kind,
      targets: ['acquirers'],
      lastsMs,
      async inject() {
        affected = chance.happens(0.3) ? names : [chance.pick(names)];
        for (const name of affected) await control(name, change);
      },
      async heal() {
        for (const name of affected) await control(name, undefined);
      },
    } satisfies Fault;
  });
  return [...steady, flapping(control, chance)];
}

function flapping(control: (name: string, change: object | undefined) => Promise<void>, chance: Chance): Fault {
  let stop = new AbortController();
  let flaps: Promise<void> = Promise.resolve();
  const flap = async (signal: AbortSignal): Promise<void> => {
    for (let down = true; !signal.aborted; down = !down) {
      // The sandbox may be away itself; then the acquirer is down all the same.
      await control('alpha', down ? { down: true } : undefined).catch(() => undefined);
      await pause(chance.between(flapMs.least, flapMs.most), undefined, { signal }).catch(() => undefined);
    }
  };
  return {
    kind: 'acquirer flaps',
    targets: ['acquirers'],
    lastsMs,
    async inject() {
      stop = new AbortController();
      flaps = flap(stop.signal);
    },
    async heal() {
      stop.abort();
      await flaps;
      await control('alpha', undefined);
    },
  };
}

/** A sandbox that has just been killed is asked until it is back; restarted, it is in good health. */
const answersWithinMs = 30_000;

async function tell(sandboxUrl: string, name: string, change: object | undefined): Promise<void> {
  const deadline = performance.now() + answersWithinMs;
  for (;;) {
    try {
      const response = await fetch(`${sandboxUrl}/control/acquirers/${name}`, {
        method: change === undefined ? 'DELETE' : 'POST',
        headers: change === undefined ? {} : { 'content-type': 'application/json' },
        ...(change === undefined ? {} : { body: JSON.stringify(change) }),
        signal: AbortSignal.timeout(2_000),
      });
      if (response.ok) return;
      throw new Error(`the sandbox answered ${response.status}`);
    } catch (fault) {
      if (performance.now() > deadline) throw fault;
      await pause(100);
    }
  }
}
