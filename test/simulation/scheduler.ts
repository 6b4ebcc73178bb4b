/** Somebody who waits for a turn. */
interface Parked {
  readonly process: SimulatedProcess;
  readonly isReady: () => boolean;
  readonly resume: () => void;
}

/** What the virtual clock has to bring. */
interface Alarm {
  readonly atMs: number;
  readonly ring: () => void;
}

/** Steps of one simulated life; far more than any needs that comes to an end. */
const stepsMax = 20_000;

/** Nobody who could go on is kept waiting for longer at a time: that would not be slow, but away. */
const hesitationMaxMs = 20_000;

/**
 * Who does its next step is drawn by the seed, and time passes only when the draw says so or nobody has anything left to do.
 * Every wait of the simulated processes is a step here, so that one seed is one order of everything.
 */
export class Scheduler {
  private readonly chance: () => number;
  private parked: Parked[] = [];
  private alarms: Alarm[] = [];
  private nowMs = Date.UTC(2026, 0, 1);
  private steps = 0;

  /** `chance`: at least 0 and below 1, the same numbers for the same seed. */
  constructor(chance: () => number) {
    this.chance = chance;
  }

  now(): Date {
    return new Date(this.nowMs);
  }

  happens(probability: number): boolean {
    return this.chance() < probability;
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.chance() * items.length)];
    if (item === undefined) throw new Error('There is nothing to pick from.');
    return item;
  }

  /** Resolves when it is this one's turn; never, when its process has died by then. */
  turn(process: SimulatedProcess, isReady: () => boolean = () => true): Promise<void> {
    return new Promise((resolve) => {
      if (process.isAlive) this.parked.push({ process, isReady, resume: resolve });
    });
  }

  /** Resolves when so much virtual time has passed. */
  async sleep(process: SimulatedProcess, ms: number): Promise<void> {
    let isOver = false;
    this.alarms.push({ atMs: this.nowMs + ms, ring: () => (isOver = true) });
    await this.turn(process, () => isOver);
  }

  /**
   * Until nobody has anything left to do, at whatever time. `between` is called before each step and tells whether somebody
   * has died; `nextDueMs` tells when somebody's time comes who has set no alarm, or Infinity.
   */
  async run(between: () => boolean, nextDueMs: () => number): Promise<void> {
    for (;;) {
      await settled();
      // Whoever waited for the dead has to hear of it first.
      if (between()) await settled();
      const ready = this.parked.filter(({ process, isReady }) => process.isAlive && isReady());
      const nextMs = Math.min(nextDueMs(), ...this.alarms.map(({ atMs }) => atMs));
      if (ready.length === 0 && nextMs === Infinity) return;
      if (ready.length === 0 || (nextMs - this.nowMs < hesitationMaxMs && this.happens(0.02))) {
        this.letTimePass(nextMs);
        continue;
      }
      this.steps += 1;
      if (this.steps > stepsMax) throw new Error(`Not at its end after ${stepsMax} steps.`);
      const next = this.pick(ready);
      this.parked.splice(this.parked.indexOf(next), 1);
      next.resume();
    }
  }

  bury(process: SimulatedProcess): void {
    this.parked = this.parked.filter((waiting) => waiting.process !== process);
  }

  private letTimePass(untilMs: number): void {
    this.nowMs = Math.max(this.nowMs, untilMs);
    const due = this.alarms.filter(({ atMs }) => atMs <= this.nowMs);
    this.alarms = this.alarms.filter(({ atMs }) => atMs > this.nowMs);
    for (const { ring } of due) ring();
  }
}

/** Something that can die with all that it holds in memory. */
export class SimulatedProcess {
  private alive = true;
  private readonly deaths: (() => void)[] = [];

  get isAlive(): boolean {
    return this.alive;
  }

  /** What others notice of its death. */
  onDeath(effect: () => void): void {
    this.deaths.push(effect);
  }

  die(): void {
    this.alive = false;
    for (const effect of this.deaths) effect();
  }
}

/** Until all that can go on without a turn has gone on. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
