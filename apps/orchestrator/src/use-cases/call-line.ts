/** Calls of one kind, some made side by side and the others in line, in their order. In memory only. */
export class CallLine<Call> {
  private readonly make: (call: Call) => Promise<void>;
  private readonly atOnceMax: number;
  private readonly calls: Call[] = [];
  private readonly underWay = new Set<Promise<void>>();
  /** In milliseconds: when a place was last free. */
  private freeAt = Date.now();

  /** `make` never rejects. */
  constructor(make: (call: Call) => Promise<void>, atOnceMax: number) {
    this.make = make;
    this.atOnceMax = atOnceMax;
  }

  get waiting(): number {
    return this.calls.length;
  }

  get isBusy(): boolean {
    return this.underWay.size > 0;
  }

  add(call: Call): void {
    this.calls.push(call);
    this.makeNext();
  }

  /** How long nothing has come to an end here, although there are calls that wait for it. Milliseconds. */
  stillForMs(): number {
    return this.calls.length === 0 ? 0 : Date.now() - this.freeAt;
  }

  /** Those that wait leave the line. */
  leave(): Call[] {
    return this.calls.splice(0);
  }

  /** Resolves when all calls have been made. */
  async empty(): Promise<void> {
    while (this.underWay.size > 0) await Promise.all(this.underWay);
  }

  private makeNext(): void {
    while (this.underWay.size < this.atOnceMax) {
      this.freeAt = Date.now();
      const call = this.calls.shift();
      if (call === undefined) break;
      const made = this.make(call).finally(() => {
        this.underWay.delete(made);
        this.makeNext();
      });
      this.underWay.add(made);
    }
  }
}
