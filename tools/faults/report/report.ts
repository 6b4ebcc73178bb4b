import type { Injection } from '../faults/injection.ts';
import type { Sounding } from '../load/probe.ts';
import type { Finding, Harm } from '../reckoning/finding.ts';
import type { Sign } from '../watch.ts';

/** One line of the table. Times are milliseconds; the median of those that were there to measure. */
export interface KindReport {
  readonly kind: string;
  readonly injected: number;
  readonly lost: number;
  readonly doubled: number;
  readonly stuck: number;
  readonly wrong: number;
  /** Until something could be seen from outside; null when nothing could. */
  readonly detectMs: number | null;
  /** Of how many something could be seen. */
  readonly detected: number;
  /** Until the first payment after it was captured while its client waited; the median and the longest. */
  readonly recoverMs: number | null;
  readonly recoverMsMax: number | null;
}

export interface Report {
  readonly seed: string;
  readonly minutes: number;
  readonly startedAt: string;
  readonly faults: number;
  readonly purchases: number;
  readonly calls: Readonly<Record<string, number>>;
  /** What was asked for, and how that was answered: `increaseAuthorization refused`. */
  readonly asked: Readonly<Record<string, number>>;
  /** Whether everything came to rest by itself. */
  readonly quiet: boolean;
  /** How many ended in which state. */
  readonly payments: Readonly<Record<string, number>>;
  /** What became of increases, disputes, evidence and reviews, and how often. */
  readonly endings: Readonly<Record<string, number>>;
  /** The reasons that sagas name for waiting, and how many of them. */
  readonly waiting: Readonly<Record<string, number>>;
  readonly kinds: readonly KindReport[];
  readonly findings: readonly Finding[];
  /** Where the laboratory could not do what it wanted. */
  readonly mishaps: readonly string[];
}

export interface Evidence {
  readonly injections: readonly Injection[];
  readonly signs: readonly Sign[];
  readonly soundings: readonly Sounding[];
  readonly findings: readonly Finding[];
  /** When a payment was under way, from its creation to its last change. */
  readonly lifeOf: (payment: string) => { readonly from: number; readonly to: number } | undefined;
}

/** Signs may lag behind what they are signs of: a client waits for its answer before it gives up. */
const signLagMs = 2_000;

export function reportByKind(evidence: Evidence): KindReport[] {
  const kinds = Map.groupBy(evidence.injections, ({ kind }) => kind);
  return [...kinds]
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([kind, injections]) => {
      const detections = injections.flatMap((injection) => detectedAfter(injection, evidence.signs) ?? []);
      const recoveries = injections.flatMap((injection) => recoveredAfter(injection, evidence.soundings) ?? []);
      const harmed = (harm: Harm): number =>
        evidence.findings.filter((finding) => finding.harm === harm && meets(finding, injections, evidence)).length;
      return {
        kind,
        injected: injections.length,
        lost: harmed('lost'),
        doubled: harmed('doubled'),
        stuck: harmed('stuck'),
        wrong: harmed('wrong'),
        detectMs: median(detections),
        detected: detections.length,
        recoverMs: median(recoveries),
        recoverMsMax: recoveries.length === 0 ? null : Math.max(...recoveries),
      };
    });
}

function detectedAfter({ injectedAt, healedAt }: Injection, signs: readonly Sign[]): number | undefined {
  const first = signs.find(({ at }) => at >= injectedAt && at <= healedAt + signLagMs);
  return first === undefined ? undefined : first.at - injectedAt;
}

function recoveredAfter({ injectedAt }: Injection, soundings: readonly Sounding[]): number | undefined {
  const ends = soundings
    .filter((s) => s.captured && s.begunAt >= injectedAt)
    .map(({ endedAt }) => endedAt - injectedAt);
  return ends.length === 0 ? undefined : Math.min(...ends);
}

/** Several faults overlap, so a finding counts for each of those that its payment lived through. */
function meets({ payment }: Finding, injections: readonly Injection[], { lifeOf }: Evidence): boolean {
  const life = payment === undefined ? undefined : lifeOf(payment);
  if (life === undefined) return false;
  return injections.some(({ injectedAt, healedAt }) => injectedAt <= life.to && healedAt >= life.from);
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  return upper === undefined || lower === undefined ? null : Math.round((lower + upper) / 2);
}
