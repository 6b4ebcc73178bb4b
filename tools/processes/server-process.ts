import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

/** What it takes to start one program. */
export interface Recipe {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
  /** Where the program's output goes. It writes there itself, so it outlives us and a burst costs us nothing. */
  readonly logFile: string;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A program that we started and that has not necessarily ended yet. */
export interface ServerProcess {
  readonly pid: number;
  /** Settles when the program has ended, and never rejects. */
  readonly exit: Promise<Exit>;
  hasEnded(): boolean;
  signal(signal: NodeJS.Signals): void;
  /** Asks it to end, and ends it by force when it has not within the grace. Tells whether force was needed. */
  stop(askWith: NodeJS.Signals, graceMs: number): Promise<{ exit: Exit; forced: boolean }>;
}

/**
 * Starts a program in a session of its own: Ctrl-C in a terminal reaches every process of the foreground group at once,
 * and would end PostgreSQL while the services still drain.
 */
export async function startProcess(recipe: Recipe): Promise<ServerProcess> {
  const log = openSync(recipe.logFile, 'a', 0o600);
  try {
    const child = spawn(recipe.command, [...recipe.args], {
      cwd: recipe.cwd,
      env: recipe.env,
      uid: recipe.uid,
      gid: recipe.gid,
      detached: true,
      stdio: ['ignore', log, log],
    });
    const exit = new Promise<Exit>((resolve) => {
      child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    if (child.pid === undefined) throw new Error(`${recipe.command} started without a process id`);
    return serverProcess(child.pid, exit, {
      hasEnded: () => child.exitCode !== null || child.signalCode !== null,
      signal: (signal) => void child.kill(signal),
    });
  } finally {
    closeSync(log);
  }
}

function serverProcess(
  pid: number,
  exit: Promise<Exit>,
  child: Pick<ServerProcess, 'hasEnded' | 'signal'>,
): ServerProcess {
  return {
    pid,
    exit,
    ...child,
    async stop(askWith, graceMs) {
      child.signal(askWith);
      let forced = false;
      const force = setTimeout(() => {
        forced = true;
        child.signal('SIGKILL');
      }, graceMs);
      const ended = await exit;
      clearTimeout(force);
      return { exit: ended, forced };
    },
  };
}

export function describeExit(exit: Exit): string {
  return exit.signal === null ? `exit code ${exit.code}` : `killed by ${exit.signal}`;
}
