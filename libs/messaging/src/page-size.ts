/** One page is published, then the cursor moves. As many as a server takes in one batch, and few enough to repeat. */
const sizeMax = 1_000;
/** Three refusals lead from the largest page to one event. */
const shrinking = 8;

/**
 * How many events a relay publishes before its cursor moves. A full stream gets room message by message, and a page that
 * never fits would be begun again until the server has forgotten the ids of its first messages, and then fill what room
 * there is with copies of them. So each refusal makes pages smaller, and each success larger again.
 */
export class PageSize {
  private size = sizeMax;
  private refused = false;

  get current(): number {
    return this.size;
  }

  /** Whether this is the first refusal since pages had their full size. */
  shrink(): boolean {
    const first = !this.refused;
    this.refused = true;
    this.size = Math.max(1, Math.floor(this.size / shrinking));
    return first;
  }

  grow(): void {
    this.size = Math.min(sizeMax, this.size * 2);
    if (this.size === sizeMax) this.refused = false;
  }
}
