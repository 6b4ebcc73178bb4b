import { setTimeout as pause } from 'node:timers/promises';
import type { ChildRecord } from '../../launcher/child-record.ts';
import { lastLogLines } from '../../launcher/log-files.ts';
import type { Program } from '../../launcher/supervisor.ts';
import { Obstacle } from '../../obstacle.ts';
import { startProcess, type ServerProcess } from '../../processes/server-process.ts';
import { until } from '../../processes/until.ts';

/** Programs are killed here all the time, so nobody gives up on one; this keeps one that cannot start from spinning. */
const restartPauseMs = 100;

const logLinesShown = 15;

/** A program that is started again whenever it has ended, however often, until it is let go. */
export class KeptProgram {
  readonly program: Program;
  /** On top of what its recipe says, from its next start on. */
  extraEnvironment: Readonly<Record<string, string>> = {};
  private readonly record: ChildRecord;
  private current: ServerProcess | undefined;
  private wanted = false;
  /** While somebody works on what the program left, it is not started. */
  private held: Promise<void> = Promise.resolve();
  private running: Promise<void> = Promise.resolve();

  constructor(program: Program, record: ChildRecord) {
    this.program = program;
    this.record = record;
  }

  get name(): string {
    return this.program.name;
  }

  async start(): Promise<void> {
    this.wanted = true;
    this.running = this.keepRunning();
    try {
      await this.serves(this.program.readyWithinMs);
    } catch (fault) {
      const { logFile } = this.program.recipe();
      const lines = await lastLogLines(logFile, logLinesShown);
      throw new Obstacle([`${this.name} does not start. The end of its log:`, ...lines].join('\n  '), [], {
        cause: fault,
      });
    }
  }

  /** Until it serves; a frozen one does not. */
  async serves(deadlineMs: number): Promise<void> {
    await until(() => this.program.isReady(), { what: `${this.name} to serve`, deadlineMs, everyMs: 50 });
  }

  /** Ends the process at once. What `beforeRestart` does is done while nothing runs; then it is started again. */
  async kill(signal: NodeJS.Signals = 'SIGKILL', beforeRestart?: () => Promise<void>): Promise<void> {
    const victim = this.current;
    if (beforeRestart !== undefined) {
      this.held = (victim?.exit ?? Promise.resolve()).then(beforeRestart);
    }
    victim?.signal(signal);
    await victim?.exit;
    await this.held;
  }

  /** Silent without being dead, so that nobody starts it again. */
  freeze(): void {
    this.current?.signal('SIGSTOP');
  }

  thaw(): void {
    this.current?.signal('SIGCONT');
  }

  /** Asks it to end, as an operator would, and lets it be started again. Tells whether force was needed. */
  async restart(): Promise<{ readonly forced: boolean }> {
    const stopped = await this.current?.stop(this.program.stopSignal, this.program.stopGraceMs);
    return { forced: stopped?.forced ?? false };
  }

  /** For good. */
  async letGo(): Promise<void> {
    this.wanted = false;
    this.thaw();
    await this.current?.stop(this.program.stopSignal, this.program.stopGraceMs);
    await this.running;
  }

  private async keepRunning(): Promise<void> {
    while (this.wanted) {
      await this.held.catch(() => undefined);
      // What cannot be started now is tried again; whoever waits for it to serve tells when that takes too long.
      await this.runOnce().catch(() => undefined);
      await pause(restartPauseMs);
    }
  }

  private async runOnce(): Promise<void> {
    await this.program.prepare?.();
    if (!this.wanted) return;
    const recipe = this.program.recipe();
    const running = await startProcess({ ...recipe, env: { ...recipe.env, ...this.extraEnvironment } });
    this.current = running;
    // Whoever let it go in this moment has found nothing to stop.
    if (!this.wanted) running.signal(this.program.stopSignal);
    await this.record.add(this.name, running.pid);
    await running.exit;
    this.current = undefined;
    await this.record.remove(this.name);
  }
}
