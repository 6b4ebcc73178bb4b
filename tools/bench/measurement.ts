/** One figure of the bench. `ratios` compare it with a peer of the same run. */
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

/** The nearest-rank quantile of values in ascending order. */
export function quantile(sorted: readonly number[], share: number): number {
  const index = Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1));
  const value = sorted[index];
  if (value === undefined) throw new Error('There is no quantile of nothing: no sample was taken.');
  return value;
}

export function tableOf(results: readonly Measurement[]): string {
  const width = Math.max(...results.map((result) => result.name.length));
  return results
    .map(({ name, value, unit, spread }) => {
      const range = spread === null ? '' : `   (${spread[0]} … ${spread[1]})`;
      return `${name.padEnd(width)}  ${String(value).padStart(10)} ${unit}${range}\n`;
    })
    .join('');
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
