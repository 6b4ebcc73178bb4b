import { spawn } from 'node:child_process';
import type { Exit } from '../../tools/processes/server-process.ts';

/** A program whose output a test reads, as a person would. */
export interface ConsoleProgram {
  readonly pid: number;
  readonly exit: Promise<Exit>;
  output(): string;
  /** Settles when the text has been printed, and rejects with all that was printed when the program ends before. */
  printed(text: string | RegExp): Promise<void>;
  signal(signal: NodeJS.Signals): void;
}

export function runProgram(
  command: string,
  args: readonly string[],
  options: {
    readonly env?: NodeJS.ProcessEnv;
    readonly cwd?: string;
    /** Leads a process group of its own, as what a shell starts in the foreground does. */
    readonly detached?: boolean;
  } = {},
): ConsoleProgram {
  const child = spawn(command, [...args], { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const listeners = new Set<() => void>();
  const hear = (chunk: string): void => {
    output += chunk;
    for (const listener of listeners) listener();
  };
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', hear);
  const exit = new Promise<Exit>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  const contains = (text: string | RegExp): boolean =>
    typeof text === 'string' ? output.includes(text) : text.test(output);
  return {
    pid: child.pid ?? -1,
    exit,
    output: () => output,
    signal: (signal) => void child.kill(signal),
    printed: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!contains(text)) return;
          listeners.delete(look);
          resolve();
        };
        listeners.add(look);
        void exit.then(({ code, signal }) =>
          reject(new Error(`ended (${signal ?? code}) without printing ${String(text)}; it printed:\n${output}`)),
        );
        look();
      }),
  };
}
