import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface CompilerReports {
  /** After every pass without an error. */
  readonly onCompiled: () => void;
  /** What a person should read: errors, and that there are some. */
  readonly onComplaint: (line: string) => void;
  readonly onEnd: () => void;
}

/** Compiles whatever is saved until the signal is aborted. */
export function watchSources(reports: CompilerReports, signal: AbortSignal): void {
  const options = ['-p', 'tsconfig.build.json', '--watch', '--preserveWatchOutput', '--pretty', 'false'];
  const compiler = spawn(process.execPath, [join('node_modules', 'typescript', 'bin', 'tsc'), ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  createInterface({ input: compiler.stdout }).on('line', (line) => {
    const [, errors] = /Found (\d+) errors?\. Watching/.exec(line) ?? [];
    if (errors === '0') reports.onCompiled();
    else if (errors !== undefined) reports.onComplaint(`Errors: ${errors}. The services go on as they were.`);
    else if (line.includes('error TS')) reports.onComplaint(line);
  });
  compiler.once('exit', () => {
    if (!signal.aborted) reports.onEnd();
  });
  signal.addEventListener('abort', () => compiler.kill(), { once: true });
}
