import type { Chance } from '../chance.ts';
import type { FaultStack } from '../stack/stack.ts';
import type { Fault } from './fault.ts';
import { backWithinMs } from './processes.ts';

/** More than any protocol tolerates, and what a machine that was set by hand is off by. */
const clockErrorMs = 300_000;

/**
 * A replica whose clock is five minutes off, ahead or behind, while the database and the other replica know better. It is
 * restarted with the wrong clock and, later, with the right one; what lives through that is what it wrote meanwhile.
 */
export function wrongClocks({ replicas }: FaultStack, chance: Chance): Fault[] {
  return Object.entries(replicas).flatMap(([service, pair]) =>
    pair.map((program) => ({
      kind: `clock of ${service} five minutes off`,
      targets: [program.name],
      lastsMs: { least: 4_000, most: 10_000 },
      async inject() {
        program.extraEnvironment = { NODE_OPTIONS: preloadOf(chance.pick([clockErrorMs, -clockErrorMs])) };
        await program.restart();
        await program.serves(backWithinMs);
      },
      async heal() {
        program.extraEnvironment = {};
        await program.restart();
        await program.serves(backWithinMs);
      },
    })),
  );
}

/** Every Date of the process is off; its monotonic clock is right, as on a real machine. */
function preloadOf(errorMs: number): string {
  const code = `const Right = Date;
    globalThis.Date = class Date extends Right {
      constructor(...given) { if (given.length === 0) super(Right.now() + ${errorMs}); else super(...given); }
      static now() { return Right.now() + ${errorMs}; }
    };`;
  return `--import=data:text/javascript,${encodeURIComponent(code)}`;
}
