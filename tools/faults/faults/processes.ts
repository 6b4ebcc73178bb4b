import type { KeptProgram } from '../stack/kept-program.ts';
import type { FaultStack } from '../stack/stack.ts';
import type { Fault } from './fault.ts';

/** A service that was killed starts while nine others work on the same two cores. */
const backWithinMs = 45_000;

/** A process dies by itself: it is dead at once, and being started again takes what it takes. */
const atOnce = { least: 0, most: 0 };

/** A replica is killed like this by the kernel when memory runs out: nothing is drained, nothing is said. */
export function killedServices(stack: FaultStack): Fault[] {
  return servicesOf(stack).map(([service, program]) => ({
    kind: `kill -9 of ${service}`,
    target: program.name,
    lastsMs: atOnce,
    inject: () => program.kill(),
    heal: () => program.serves(backWithinMs),
  }));
}

/** Every service process with the name of its service. */
function servicesOf(stack: FaultStack): [service: string, KeptProgram][] {
  const replicas = Object.entries(stack.replicas).flatMap(([service, pair]) =>
    pair.map((program): [string, KeptProgram] => [service, program]),
  );
  return [...replicas, ['sandbox', stack.sandbox]];
}
