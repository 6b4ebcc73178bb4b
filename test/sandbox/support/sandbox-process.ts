import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const repository = fileURLToPath(new URL('../../..', import.meta.url));

/** Compiles the repository as the launcher does, into `dist/`. */
export async function build(): Promise<void> {
  const compiler = fileURLToPath(import.meta.resolve('typescript/bin/tsc'));
  await promisify(execFile)(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { cwd: repository });
}

interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The built sandbox as a process of its own: every line that it wrote, when it is ready, and how it ended. */
export function startProcess(environment: Record<string, string>) {
  const child = spawn(process.execPath, ['dist/apps/sandbox/src/main.js'], {
    cwd: repository,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const { promise: port, resolve: readyAt } = Promise.withResolvers<number>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on('line', (line) => {
      lines.push(line);
      const ready = /"port":(\d+),"msg":"ready"/.exec(line);
      if (ready !== null) readyAt(Number(ready[1]));
    });
  }
  const ended: Promise<Ending> = once(child, 'close').then(([code, signal]) => ({ code, signal }));
  return { lines, port, ended, kill: (signal: NodeJS.Signals) => child.kill(signal) };
}
