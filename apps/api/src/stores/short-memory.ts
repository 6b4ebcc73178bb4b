/**
 * Answers that may be a moment old, so that thousands of requests a second share one look-up. Who asks while a look-up is
 * under way waits for the same one. Failures are not remembered.
 */
export class ShortMemory<Answer> {
  private readonly answers = new Map<string, { readonly answer: Promise<Answer>; readonly staleAtMs: number }>();
  private readonly lifetimeMs: number;
  private readonly sizeMax: number;
  private readonly nowMs: () => number;

  /** An answer is at most `lifetimeMs` old, counted from the moment at which its look-up began. */
  constructor(lifetimeMs: number, sizeMax: number, nowMs = (): number => performance.now()) {
    this.lifetimeMs = lifetimeMs;
    this.sizeMax = sizeMax;
    this.nowMs = nowMs;
  }

  recall(question: string, lookUp: () => Promise<Answer>): Promise<Answer> {
    const nowMs = this.nowMs();
    const known = this.answers.get(question);
    if (known !== undefined && nowMs < known.staleAtMs) return known.answer;

    const entry = { answer: lookUp(), staleAtMs: nowMs + this.lifetimeMs };
    this.answers.delete(question);
    this.answers.set(question, entry);
    this.dropOldest();
    entry.answer.catch(() => {
      if (this.answers.get(question) === entry) this.answers.delete(question);
    });
    return entry.answer;
  }

  forget(question: string): void {
    this.answers.delete(question);
  }

  clear(): void {
    this.answers.clear();
  }

  /** Entries stand in the order of their look-ups, so the first is the oldest. */
  private dropOldest(): void {
    if (this.answers.size <= this.sizeMax) return;
    const [oldest] = this.answers.keys();
    if (oldest !== undefined) this.answers.delete(oldest);
  }
}
