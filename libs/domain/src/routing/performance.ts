import type { CurrencyCode } from '../money/currency.ts';
import type { Beta } from './beta.ts';

/** How often an acquirer approved and did not. Older observations weigh less, so these are not whole numbers. */
export interface Tally {
  readonly successes: number;
  readonly failures: number;
}

/** What is known of one acquirer in one segment: of the last hundreds of payments, and of the last few. */
export interface AcquirerPerformance extends Tally {
  readonly recent: Tally;
}

/** An acquirer that is missing has never been observed in this segment. */
export type SegmentPerformance = ReadonlyMap<string, AcquirerPerformance>;

/** Payments that succeed or fail alike: one currency and one brand of card, as `EUR/visa`. */
export type Segment = `${CurrencyCode}/${string}`;

export type PerformanceStatistics = ReadonlyMap<Segment, SegmentPerformance>;

/** An authorization that was approved, or was not. What says nothing about the acquirer is not observed. */
export interface Observation {
  readonly segment: Segment;
  readonly acquirer: string;
  readonly success: boolean;
}

/**
 * What is kept of a tally at each observation in its segment. 0.998 remembers about the last 500 payments of the segment:
 * enough to tell 95 % from 92 %, and little enough to follow acquirers that drift within thousands.
 */
const retentionPerObservation = 0.998;

/** About the last 14 payments: while most of them fail nobody needs to see five hundred. */
const recentRetention = 0.93;

/**
 * How far the recent payments have to fall below what is believed before the acquirer counts as broken down: in standard
 * deviations, and at least as a difference, since near 100 % two failures are many deviations. Together they suspect an
 * acquirer that is steady between 60 % and 99 % wrongly less than once in 100 000 payments, and find a fall to 20 %
 * within a dozen.
 */
const breakdownDeviations = 4;
const breakdownFallMin = 0.3;

/** Fewer recent payments than this prove nothing. */
const recentWeightMin = 4;

const nothing: Tally = { successes: 0, failures: 0 };

export const unobserved: AcquirerPerformance = { ...nothing, recent: nothing };
export const unobservedSegment: SegmentPerformance = new Map();

export function segmentOf(currency: CurrencyCode, brand: string | null): Segment {
  return `${currency}/${brand ?? 'unknown'}`;
}

/**
 * The statistics with one observation more. Everything known of the segment fades a little, also what is known of the other
 * acquirers: one that nobody asks becomes uncertain again, and so is tried again. An answer may arrive however late.
 */
export function observe(statistics: PerformanceStatistics, observation: Observation): PerformanceStatistics {
  const { segment, acquirer, success } = observation;
  const faded = new Map<string, AcquirerPerformance>();
  for (const [name, { recent, ...tally }] of statistics.get(segment) ?? unobservedSegment) {
    faded.set(name, { ...after(tally, retentionPerObservation), recent });
  }
  const known = faded.get(acquirer) ?? unobserved;
  const recent = after(known.recent, recentRetention, success);
  const tally = hasBrokenDown(known, recent) ? recent : after(known, 1, success);
  return new Map(statistics).set(segment, faded.set(acquirer, { ...tally, recent }));
}

/**
 * What is believed of an acquirer's rate of success. An unknown one is believed to be middling, as if it had succeeded and
 * failed once: believing every rate alike tries forgotten acquirers more often than what is learned is worth.
 */
export function beliefIn({ successes, failures }: Tally): Beta {
  return { alpha: successes + 2, beta: failures + 2 };
}

function after({ successes, failures }: Tally, retention: number, success?: boolean): Tally {
  return {
    successes: successes * retention + (success === true ? 1 : 0),
    failures: failures * retention + (success === false ? 1 : 0),
  };
}

/**
 * Whether the last payments cannot be explained by what was believed. Then the old successes are dropped at once: while
 * they fade, hundreds of payments would go to an acquirer that declines them.
 */
function hasBrokenDown(known: Tally, recent: Tally): boolean {
  const weight = recent.successes + recent.failures;
  if (weight < recentWeightMin) return false;
  const { alpha, beta } = beliefIn(known);
  const believed = alpha / (alpha + beta);
  const deviation = Math.sqrt((believed * (1 - believed)) / weight);
  const fall = believed - recent.successes / weight;
  return fall > Math.max(breakdownDeviations * deviation, breakdownFallMin);
}
