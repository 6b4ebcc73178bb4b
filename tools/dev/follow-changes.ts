import type { Stage } from '../launcher/run-stack.ts';
import { services } from '../launcher/services.ts';
import { changedFiles, consequencesOf, takeSnapshot } from './changes.ts';
import { watchSources } from './compiler.ts';

const serviceNames = services.map(({ name }) => name);

/** Restarts the services whose compiled code changed, until it is time to stop. */
export async function followChanges({ launcher, terminal, signal }: Stage, builtDirectory: string): Promise<void> {
  let running = await takeSnapshot(builtDirectory);
  let turn = Promise.resolve();

  const apply = async (): Promise<void> => {
    const compiled = await takeSnapshot(builtDirectory, running);
    const { restart, migrate, launcherIsOld } = consequencesOf(changedFiles(running, compiled), serviceNames);
    running = compiled;
    if (launcherIsOld) terminal.line('The launcher itself changed: stop it and start it again to use that.');
    if (migrate) await terminal.task('Migrating', () => launcher.migrate());
    if (restart.length === 0 || signal.aborted) return;
    await terminal.task(`Restarting ${restart.join(', ')}`, () =>
      Promise.all(restart.map((name) => launcher.supervisor.restart(name))),
    );
  };

  watchSources(
    {
      onCompiled() {
        // One after the other: a save during a restart is looked at when that restart is done.
        turn = turn.then(apply).catch((fault: unknown) => {
          if (!signal.aborted) terminal.line(fault instanceof Error ? fault.message : String(fault));
        });
      },
      onComplaint: (line) => terminal.line(line),
      onEnd: () => terminal.line('The compiler ended: changes are not seen any more.'),
    },
    signal,
  );
  terminal.line('Watching the sources: save a file, and the services that it is part of start again.');
}
