import { setTimeout as pause } from 'node:timers/promises';
import { Obstacle } from '../obstacle.ts';
import { beNice } from '../processes/niceness.ts';
import { describeExit, startProcess, type Exit, type Recipe, type ServerProcess } from '../processes/server-process.ts';
import { until } from '../processes/until.ts';
import { abortOf } from '../processes/abort-of.ts';
import type { ChildRecord } from './child-record.ts';
import { lastLogLines } from './log-files.ts';

/** One server or service that is kept running. */
export interface Program {
  readonly name: string;
  /** Names of the programs that have to answer before this one is started. */
  readonly needs: readonly string[];
  recipe(): Recipe;
  /** Clears what a killed predecessor may have left. */
  prepare?(): Promise<void>;
  /** Throws or says false until the program serves. */
  isReady(): Promise<boolean>;
  readonly readyWithinMs: number;
  /** 0 to 19, as in `nice`: how readily it lets others have the processor once it serves. */
  readonly niceness?: number;
  readonly stopSignal: NodeJS.Signals;
  readonly stopGraceMs: number;
  /** Whether the others go on without it when it cannot be kept running, until somebody restarts it. */
  readonly mayStayDown: boolean;
}

export interface SupervisorPorts {
  /** Tells the person at the terminal. */
  readonly announce: (line: string) => void;
  readonly record: Pick<ChildRecord, 'add' | 'remove'>;
  /** Looks for a reason outside the program, such as a full disk, that makes another try pointless. */
  readonly findObstacle: () => Promise<Obstacle | undefined>;
}

interface Supervised {
  readonly program: Program;
  /** Aborted when the program is not wanted any more. */
  readonly stopping: AbortController;
  hasServed: boolean;
  serves: boolean;
  process: ServerProcess | undefined;
  /** Of the present try or, between two tries, of the next one. */
  ready: PromiseWithResolvers<void>;
  deaths: number[];
  /** Settles when the program has ended and is not wanted any more. */
  ended: Promise<void>;
}

/** A program that dies this often within this time will not get better by being started again. */
const deathsMax = 5;
const deathsWindowMs = 60_000;

/** The first restart is immediate; each later one leaves more time for whatever the program stumbles over. */
const restartPauseMs = 250;

const logLinesShown = 15;

/** Starts programs, starts them again when they die, and stops them in the order that it is told. */
export class Supervisor {
  private readonly supervised = new Map<string, Supervised>();
  private readonly givenUp = new AbortController();
  private readonly ports: SupervisorPorts;

  constructor(ports: SupervisorPorts) {
    this.ports = ports;
  }

  /** Aborted, with an obstacle as the reason, when a program cannot be kept running. */
  get failure(): AbortSignal {
    return this.givenUp.signal;
  }

  /** Settles when the program serves for the first time. */
  start(program: Program): Promise<void> {
    const entry: Supervised = {
      program,
      stopping: new AbortController(),
      hasServed: false,
      serves: false,
      process: undefined,
      ready: awaitedOrNot(),
      deaths: [],
      ended: Promise.resolve(),
    };
    this.supervised.set(program.name, entry);
    entry.ended = this.keepRunning(entry);
    return entry.ready.promise;
  }

  /** Stops the program and starts what its recipe says now, which is not a death. */
  async restart(name: string): Promise<void> {
    const entry = this.supervised.get(name);
    if (entry === undefined) throw new Error(`no program is called ${name}`);
    await this.stop(name);
    await this.start(entry.program);
  }

  async stop(name: string): Promise<void> {
    const entry = this.supervised.get(name);
    if (entry === undefined) return;
    entry.stopping.abort();
    entry.ready.reject(new Error(`${name} was stopped`));
    const { stopSignal, stopGraceMs } = entry.program;
    const stopped = await entry.process?.stop(stopSignal, stopGraceMs);
    if (stopped?.forced === true) {
      this.ports.announce(`${name} did not stop within ${stopGraceMs / 1000} s and was killed`);
    }
    await entry.ended;
  }

  private async keepRunning(entry: Supervised): Promise<void> {
    const { program } = entry;
    const isWanted = (): boolean => !entry.stopping.signal.aborted && !this.failure.aborted;
    try {
      while (isWanted()) {
        await this.whenNeedsServe(entry);
        if (isWanted()) await program.prepare?.();
        if (!isWanted()) return;
        const exit = await this.runOnce(entry);
        if (isWanted()) await this.onDeath(entry, exit);
      }
    } catch (fault) {
      if (isWanted()) this.giveUp(asObstacle(program.name, fault));
    }
  }

  /** Or when the program is not wanted any more: what it needs may never serve again. */
  private async whenNeedsServe({ program, stopping }: Supervised): Promise<void> {
    const serve = program.needs.flatMap((name) => this.supervised.get(name)?.ready.promise ?? []);
    await Promise.race([Promise.all(serve), abortOf(stopping.signal)]);
  }

  private async runOnce(entry: Supervised): Promise<Exit> {
    const { program } = entry;
    const running = await startProcess(program.recipe());
    entry.process = running;
    if (entry.stopping.signal.aborted) running.signal(program.stopSignal);
    await this.ports.record.add(program.name, running.pid);
    const died = new AbortController();
    void this.watchReadiness(entry, died.signal);
    const exit = await running.exit;
    died.abort();
    entry.process = undefined;
    await this.ports.record.remove(program.name);
    return exit;
  }

  private async watchReadiness(entry: Supervised, died: AbortSignal): Promise<void> {
    const { program } = entry;
    const begun = performance.now();
    try {
      await until(() => program.isReady(), {
        what: `${program.name} to be ready`,
        deadlineMs: program.readyWithinMs,
        signal: AbortSignal.any([died, this.failure]),
      });
    } catch (fault) {
      if (!died.aborted && !this.failure.aborted) await this.onLate(entry, fault);
      return;
    }
    if (entry.hasServed) this.ports.announce(`${program.name} serves again after ${secondsSince(begun)}`);
    entry.hasServed = true;
    entry.serves = true;
    // Only now: a process that starts is what others wait for, whatever it does later.
    if (entry.process !== undefined) await beNice(entry.process.pid, program.niceness ?? 0);
    entry.ready.resolve();
  }

  /** At the start that is the end of it. Later it may be waiting for something that will come back. */
  private async onLate(entry: Supervised, fault: unknown): Promise<void> {
    const { name } = entry.program;
    const reason = fault instanceof Error ? fault.message : String(fault);
    const news = `${name} runs but does not serve: ${reason}`;
    if (entry.hasServed) return this.ports.announce(news);
    const obstacle = await withLog(news, entry.program, fault);
    if (entry.program.mayStayDown) entry.ready.reject(obstacle);
    else this.giveUp(obstacle);
  }

  private async onDeath(entry: Supervised, exit: Exit): Promise<void> {
    const { name } = entry.program;
    // Whoever waits for a try that did not come to serve waits for the next one.
    if (entry.serves) entry.ready = awaitedOrNot();
    entry.serves = false;
    const now = Date.now();
    entry.deaths = [...entry.deaths.filter((at) => now - at < deathsWindowMs), now];
    const obstacle = await this.ports.findObstacle();
    if (obstacle !== undefined) return this.giveUp(obstacle);
    if (entry.deaths.length >= deathsMax) {
      const often = `${name} died ${deathsMax} times within a minute, the last time with ${describeExit(exit)}`;
      const then = entry.program.mayStayDown ? 'it stays down until its code changes' : 'stopping everything';
      const reason = await withLog(`${often}; ${then}.`, entry.program);
      return entry.program.mayStayDown ? this.leaveDown(entry, reason) : this.giveUp(reason);
    }
    this.ports.announce(
      `${name} died (${describeExit(exit)}); starting it again, try ${entry.deaths.length} of ${deathsMax - 1}`,
    );
    await Promise.race([pause((entry.deaths.length - 1) * restartPauseMs), abortOf(entry.stopping.signal)]);
  }

  private leaveDown(entry: Supervised, reason: Obstacle): void {
    this.ports.announce(reason.message);
    entry.stopping.abort();
    entry.ready.reject(reason);
  }

  private giveUp(reason: Obstacle): void {
    this.givenUp.abort(reason);
    for (const { ready } of this.supervised.values()) ready.reject(reason);
  }
}

/** A program's readiness is often awaited by nobody, and its failure is told by other means. */
function awaitedOrNot(): PromiseWithResolvers<void> {
  const ready = Promise.withResolvers<void>();
  ready.promise.catch(() => undefined);
  return ready;
}

function asObstacle(name: string, fault: unknown): Obstacle {
  if (fault instanceof Obstacle) return fault;
  const reason = fault instanceof Error ? fault.message : String(fault);
  return new Obstacle(`${name} cannot be started: ${reason}`, [], { cause: fault });
}

async function withLog(what: string, program: Program, cause?: unknown): Promise<Obstacle> {
  const { logFile } = program.recipe();
  const lines = await lastLogLines(logFile, logLinesShown);
  return new Obstacle([what, `The end of ${logFile}:`, ...lines.map((line) => `  ${line}`)].join('\n'), [], { cause });
}

function secondsSince(begun: number): string {
  return `${((performance.now() - begun) / 1000).toFixed(1)} s`;
}
