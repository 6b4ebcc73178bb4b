/** One figure of the bench. `ratios` compare it with peers of the same run: 2 is twice the peer's. */
export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Least and greatest of the repetitions; null where it was measured once. */
  readonly spread: readonly [least: number, greatest: number] | null;
  readonly ratios: Readonly<Record<string, number>>;
}

export function measured(name: string, value: number, unit: string, spread: Measurement['spread'] = null): Measurement {
  return { name, value: rounded(value), unit, spread: spread && [rounded(spread[0]), rounded(spread[1])], ratios: {} };
}

/** The median of the repetitions with their least and greatest. */
export function medianOf(name: string, values: readonly number[], unit: string): Measurement {
  const sorted = values.toSorted((a, b) => a - b);
  return measured(name, quantile(sorted, 0.5), unit, [sorted[0] ?? 0, sorted.at(-1) ?? 0]);
}

/**
 * The same with ratios: each the median of the rounds' ratios, because what else the machine does in a round slows down both
 * sides of it.
 */
export function comparedWith(
  measurement: Measurement,
  own: readonly number[],
  peers: Readonly<Record<string, readonly number[]>>,
): Measurement {
  const ratios = Object.entries(peers).map(([peer, values]) => {
    const byRound = own.map((value, round) => value / (values[round] ?? Number.NaN)).sort((a, b) => a - b);
    return [peer, rounded(quantile(byRound, 0.5))] as const;
  });
  return { ...measurement, ratios: Object.fromEntries(ratios) };
}

/** The nearest-rank quantile of values in ascending order. */
export function quantile(sorted: readonly number[], share: number): number {
  const index = Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1));
  const value = sorted[index];
  if (value === undefined) throw new Error('There is no quantile of nothing: no sample was taken.');
  return value;
}

export function tableOf(results: readonly Measurement[]): string {
  const width = Math.max(0, ...results.map((result) => result.name.length));
  return results
    .map(({ name, value, unit, spread, ratios }) => {
      const range = spread === null ? '' : `   (${spread[0]} … ${spread[1]})`;
      const compared = Object.entries(ratios).map(([peer, ratio]) => `${ratio} × ${peer}`);
      const comparison = compared.length === 0 ? '' : `   = ${compared.join(', ')}`;
      return `  ${name.padEnd(width)}  ${String(value).padStart(10)} ${unit}${range}${comparison}\n`;
    })
    .join('');
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
