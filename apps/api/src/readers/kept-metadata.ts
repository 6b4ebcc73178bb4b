/**
 * Metadata as a jsonb column gives it back: keys by their length, then by their bytes. A payment that is shown before it was
 * read has to look the same, to the letter, as in every replay.
 */
export function keptMetadata(metadata: object): Record<string, unknown> {
  const entries = Object.entries(metadata).map(([key, value]) => ({
    key,
    bytes: Buffer.from(key),
    value: kept(value),
  }));
  entries.sort((a, b) => a.bytes.length - b.bytes.length || Buffer.compare(a.bytes, b.bytes));
  return Object.fromEntries(entries.map(({ key, value }) => [key, value]));
}

function kept(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(kept);
  return typeof value === 'object' && value !== null ? keptMetadata(value) : value;
}
