import type { WriteStream } from 'node:tty';

/** Where the person looks: finished lines, and at most one line that still counts its seconds. */
export class Terminal {
  private readonly out: NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY'>>;
  private pending: string | undefined;

  constructor(out: NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY'>> = process.stdout) {
    this.out = out;
    // A terminal that was closed, or a pipe that nobody reads any more, is no reason to stop halfway through a stop.
    out.on('error', () => undefined);
  }

  get hasColours(): boolean {
    return this.out.isTTY === true && (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb';
  }

  line(text: string): void {
    this.clearPending();
    this.out.write(`${text}\n`);
    this.drawPending();
  }

  /** Says what is being done while it is done, and how long it took. Only one at a time. */
  async task<T>(label: string, work: () => Promise<T>): Promise<T> {
    const begun = performance.now();
    const seconds = (digits: number): string => `${((performance.now() - begun) / 1000).toFixed(digits)} s`;
    this.pending = `${label}…`;
    this.drawPending();
    const beat = setInterval(() => {
      this.clearPending();
      this.pending = `${label}… ${seconds(0)}`;
      this.drawPending();
    }, this.beatMs);
    try {
      const result = await work();
      this.end(beat);
      this.line(`${label} ${this.dim(seconds(1))}`);
      return result;
    } catch (fault) {
      this.end(beat);
      throw fault;
    }
  }

  bold(text: string): string {
    return this.hasColours ? `\u001B[1m${text}\u001B[22m` : text;
  }

  dim(text: string): string {
    return this.hasColours ? `\u001B[2m${text}\u001B[22m` : text;
  }

  /** A terminal counts along; a log file hears only of what takes long. */
  private get beatMs(): number {
    return this.out.isTTY === true ? 1_000 : 15_000;
  }

  private end(beat: NodeJS.Timeout): void {
    clearInterval(beat);
    this.clearPending();
    this.pending = undefined;
  }

  private drawPending(): void {
    if (this.pending !== undefined && this.out.isTTY === true) this.out.write(this.pending);
  }

  private clearPending(): void {
    if (this.pending !== undefined && this.out.isTTY === true) this.out.write('\r\u001B[K');
  }
}
