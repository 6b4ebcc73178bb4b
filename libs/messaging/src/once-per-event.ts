import type { EventEnvelope } from '#contracts';

/** A message that nobody could take, kept for a person to look at and replay. */
export interface DeadLetter {
  readonly consumer: string;
  readonly eventId: string | null;
  readonly subject: string;
  readonly payload: string;
  readonly error: string;
  readonly deliveries: number;
}

/** Inbox and effect in one transaction. The database's side of "effectively once". */
export interface OncePerEvent {
  /**
   * Notes the events in the consumer's inbox and runs the effect for those that are new, in one transaction. With none
   * new the effect does not run. What the effect gives back it has left for later: the inbox forgets those. Gives how
   * many were new.
   */
  run(
    consumer: string,
    events: readonly EventEnvelope[],
    effect: (tx: unknown, fresh: readonly EventEnvelope[]) => Promise<readonly EventEnvelope[]>,
  ): Promise<number>;
  park(letter: DeadLetter): Promise<void>;
}
