import { abortOf } from '../processes/abort-of.ts';
import { describeObstacle, Obstacle } from '../obstacle.ts';
import { fullDisk } from './disk.ts';
import { Launcher, type LaunchPlan } from './launcher.ts';
import type { Addresses } from './services.ts';
import { listenForStop } from './stop-request.ts';
import { Terminal } from './terminal.ts';

export interface Stage {
  readonly launcher: Launcher;
  readonly addresses: Addresses;
  readonly terminal: Terminal;
  /** Aborted when it is time to stop. */
  readonly signal: AbortSignal;
}

/**
 * The life of `npm start`: up, then whatever `whenUp` does, then running until somebody stops it or nothing can be done
 * any more. Answers the exit code: 0 when it was asked to stop, 1 when something stood in the way.
 */
export async function runStack(plan: LaunchPlan, whenUp: (stage: Stage) => Promise<void>): Promise<number> {
  const terminal = new Terminal();
  const launcher = new Launcher(plan, terminal);
  const stop = listenForStop(() => {
    terminal.line('Stopped without waiting. The next start ends what is still running.');
    process.exit(1);
  });
  const signal = AbortSignal.any([stop.signal, launcher.supervisor.failure]);
  const obstacle = await live(launcher, terminal, signal, whenUp).then(
    () => reasonOf(launcher.supervisor.failure),
    (fault: unknown) => (stop.signal.aborted ? undefined : (reasonOf(launcher.supervisor.failure) ?? fault)),
  );
  if (obstacle !== undefined) terminal.line(`\n${describeFault(obstacle, launcher)}\n`);
  if (stop.signal.aborted) terminal.line('\nStopping…');
  await launcher.stop();
  if (obstacle === undefined) terminal.line(`Stopped. The data is in ${launcher.home.directory}.`);
  return obstacle === undefined ? 0 : 1;
}

/** Returns when the signal is aborted, and waits until nothing starts any more. */
async function live(
  launcher: Launcher,
  terminal: Terminal,
  signal: AbortSignal,
  whenUp: (stage: Stage) => Promise<void>,
): Promise<void> {
  const starting = launcher.start(signal).then((addresses) => whenUp({ launcher, addresses, terminal, signal }));
  await Promise.race([starting, abortOf(signal)]);
  await abortOf(signal);
}

function reasonOf(failure: AbortSignal): unknown {
  return failure.aborted ? failure.reason : undefined;
}

function describeFault(fault: unknown, launcher: Launcher): string {
  if (fault instanceof Obstacle) return describeObstacle(fault);
  const text = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
  return /ENOSPC|no space left on device/i.test(text) ? describeObstacle(fullDisk(launcher.home)) : text;
}
