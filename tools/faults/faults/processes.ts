import type { KeptProgram } from '../stack/kept-program.ts';
import type { FaultStack } from '../stack/stack.ts';
import type { Fault } from './fault.ts';

/** A service that was killed starts while nine others work on the same two cores. */
export const backWithinMs = 45_000;

/** A process dies by itself: it is dead at once, and being started again takes what it takes. */
const atOnce = { least: 0, most: 0 };

/** A replica is killed like this by the kernel when memory runs out: nothing is drained, nothing is said. */
export function killedServices(stack: FaultStack): Fault[] {
  return servicesOf(stack).map(([service, program]) => ({
    kind: `kill -9 of ${service}`,
    targets: [program.name],
    lastsMs: atOnce,
    inject: () => program.kill(),
    heal: () => program.serves(backWithinMs),
  }));
}

/**
 * A process that stands still for longer than its leases and then goes on, believing that it still holds them: a machine that
 * swaps, a virtual machine that is moved. Relays hold their lane for 3 s, messages come to another after 10 s, sagas in hand
 * after 15 s.
 */
export function frozenServices(stack: FaultStack): Fault[] {
  return servicesOf(stack).map(([service, program]) => ({
    kind: `freeze of ${service}`,
    targets: [program.name],
    lastsMs: { least: 3_500, most: 16_500 },
    inject: async () => program.freeze(),
    async heal() {
      program.thaw();
      await program.serves(backWithinMs);
    },
  }));
}

/** A new release: one replica after the other is asked to end, and the next one only when the first serves again. */
export function rollingRestarts(stack: FaultStack): Fault[] {
  return Object.entries(stack.replicas).map(([service, pair]) => ({
    kind: `rolling restart of ${service}`,
    targets: pair.map(({ name }) => name),
    lastsMs: atOnce,
    async inject() {
      for (const program of pair) {
        const { forced } = await program.restart();
        if (forced) throw new Error(`${program.name} did not end when it was asked to`);
        await program.serves(backWithinMs);
      }
    },
    heal: () => Promise.all(pair.map((program) => program.serves(backWithinMs))).then(() => undefined),
  }));
}

/** Every service process with the name of its service. */
function servicesOf(stack: FaultStack): [service: string, KeptProgram][] {
  const replicas = Object.entries(stack.replicas).flatMap(([service, pair]) =>
    pair.map((program): [string, KeptProgram] => [service, program]),
  );
  return [...replicas, ['sandbox', stack.sandbox]];
}
