/** A doorbell for a loop: waits for a ring or for the poll behind it, whichever comes first. A ring is never lost. */
export class WakeUp {
  private rung = false;
  private open: (() => void) | undefined;

  ring(): void {
    this.rung = true;
    this.open?.();
  }

  async wait(atMostMs: number): Promise<void> {
    if (!this.rung) {
      await new Promise<void>((resolve) => {
        const poll = setTimeout(resolve, atMostMs);
        this.open = () => {
          clearTimeout(poll);
          resolve();
        };
      });
      this.open = undefined;
    }
    this.rung = false;
  }
}
