import { WakeUp } from '#messaging';

/** Who waits for news about what, so that one hint wakes those whom it concerns. */
export class Bells {
  private readonly bells = new Map<string, Set<WakeUp>>();

  hang(about: string): WakeUp {
    const bell = new WakeUp();
    const others = this.bells.get(about) ?? new Set();
    this.bells.set(about, others.add(bell));
    return bell;
  }

  takeDown(about: string, bell: WakeUp): void {
    const bells = this.bells.get(about);
    bells?.delete(bell);
    if (bells?.size === 0) this.bells.delete(about);
  }

  ring(about: string): void {
    for (const bell of this.bells.get(about) ?? []) bell.ring();
  }
}
