import type { Chance } from '../chance.ts';
import type { Fault } from './fault.ts';

/** A fault, and when: in milliseconds since the schedule began. */
export interface Appointment {
  readonly fault: Fault;
  readonly atMs: number;
  readonly lastsMs: number;
}

/** From one fault to the next. With durations of up to a quarter of a minute several overlap. */
const gapMs = { least: 1_000, most: 2_200 };
/** A process that was started again has this long to serve before it is broken once more. */
const restMs = 5_000;

/**
 * What happens when, drawn from the seed. All kinds come before one comes again; nothing is broken that is broken already.
 */
export function draw(faults: readonly Fault[], durationMs: number, chance: Chance): Appointment[] {
  const appointments: Appointment[] = [];
  const freeFrom = new Map<string, number>();
  let deck: Fault[] = [];
  for (let atMs = 0; atMs < durationMs; atMs += chance.between(gapMs.least, gapMs.most)) {
    if (deck.length === 0) deck = oneOfEachKind(faults, chance);
    const place = deck.findIndex(({ targets }) => targets.every((target) => (freeFrom.get(target) ?? 0) <= atMs));
    const [fault] = place === -1 ? [] : deck.splice(place, 1);
    if (fault === undefined) continue;
    const lastsMs = chance.between(fault.lastsMs.least, fault.lastsMs.most);
    for (const target of fault.targets) freeFrom.set(target, atMs + lastsMs + restMs);
    appointments.push({ fault, atMs, lastsMs });
  }
  return appointments;
}

function oneOfEachKind(faults: readonly Fault[], chance: Chance): Fault[] {
  const kinds = Map.groupBy(faults, ({ kind }) => kind);
  return chance.shuffle([...kinds.values()]).map((same) => chance.pick(same));
}
