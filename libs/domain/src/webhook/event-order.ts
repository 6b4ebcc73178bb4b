import { uuidOf, type Id, type MerchantId } from '../primitives/type-id.ts';

/** One aggregate of one service, as the order guard tells them apart. */
export interface AggregateKey {
  readonly merchantId: MerchantId;
  /** The service that speaks of it, for example `payments`: each counts by itself. */
  readonly source: string;
  readonly aggregateId: Id<string>;
}

/** The same for the same aggregate, whatever its id is called. */
export function aggregateKey({ merchantId, source, aggregateId }: AggregateKey): string {
  return [uuidOf(merchantId), source, uuidOf(aggregateId)].join(' ');
}

/** An event's place within its aggregate: versions count 1…n without a gap. */
export interface Versioned {
  /** By `aggregateKey`. */
  readonly aggregate: string;
  readonly version: number;
}

export interface Ordered<Event extends Versioned> {
  /** What can be taken now, each aggregate in the order of its versions. */
  readonly next: readonly Event[];
  /** What misses an earlier event that has not been delivered yet. What was seen before is in neither list. */
  readonly early: readonly Event[];
}

/**
 * Puts delivered events into the order in which they happened. Across aggregates the order of delivery stays; an event
 * that came before its predecessor of the same delivery is taken right after it.
 */
export function inVersionOrder<Event extends Versioned>(
  delivered: readonly Event[],
  lastSeen: ReadonlyMap<string, number>,
): Ordered<Event> {
  const last = new Map(lastSeen);
  const waiting = new Map<string, Map<number, Event>>();
  const next: Event[] = [];

  for (const event of delivered) {
    const { aggregate } = event;
    const held = waiting.get(aggregate) ?? new Map<number, Event>();
    waiting.set(aggregate, held);
    if (event.version > (last.get(aggregate) ?? 0)) held.set(event.version, event);
    let due = held.get(nextVersion(last, aggregate));
    while (due !== undefined) {
      held.delete(due.version);
      last.set(aggregate, due.version);
      next.push(due);
      due = held.get(nextVersion(last, aggregate));
    }
  }
  return { next, early: [...waiting.values()].flatMap((held) => [...held.values()]) };
}

function nextVersion(last: ReadonlyMap<string, number>, aggregate: string): number {
  return (last.get(aggregate) ?? 0) + 1;
}
