/** One further try for ten calls. More would make a load that is already too much for an acquirer larger still. */
const callsPerRetry = 10;

/** What calls of long ago have saved: enough for the restart of one machine behind an acquirer, not for an outage. */
const retriesSavedMax = 20;

/** How many calls to one acquirer may be made a second time: never more than a tenth of those that were made once. */
export class RetryBudget {
  /** In tenths of a retry, so that the sum stays exact. Nothing is given in advance. */
  private saved = 0;

  countCall(): void {
    this.saved = Math.min(this.saved + 1, retriesSavedMax * callsPerRetry);
  }

  /** Whether there is one more; it is taken. */
  take(): boolean {
    if (this.saved < callsPerRetry) return false;
    this.saved -= callsPerRetry;
    return true;
  }

  left(): number {
    return Math.floor(this.saved / callsPerRetry);
  }
}
