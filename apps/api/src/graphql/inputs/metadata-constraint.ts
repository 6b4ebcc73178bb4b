import { looksLikeCardNumber } from '#security';
import { constraint } from './constraint.ts';
import { holdsCardNumber } from './text-constraints.ts';

/** Some tens of entries; whoever has more keeps them in a system of their own and a key to them here. */
const metadataBytesMax = 16 * 1024;

/** Deeper than anything written by hand, and far from where recursion hurts. */
const metadataDepthMax = 8;

/**
 * What JSON can say and a jsonb column can keep, small, and without card numbers in keys, texts or numbers. Looked at in the
 * order of what the look costs: a request may bring a thousand times more than is taken.
 */
export function IsMetadata(): PropertyDecorator {
  return constraint((value) => depthProblemOf(value) ?? sizeProblemOf(value) ?? contentProblemOf(value));
}

function depthProblemOf(value: unknown): string | undefined {
  return isDeeperThan(metadataDepthMax, value) ? `Metadata is nested at most ${metadataDepthMax} deep.` : undefined;
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (!isHolder(value)) return false;
  return levels === 0 || Object.values(value).some((part) => isDeeperThan(levels - 1, part));
}

function sizeProblemOf(value: unknown): string | undefined {
  const bytes = Buffer.byteLength(JSON.stringify(value));
  if (bytes <= metadataBytesMax) return undefined;
  return `Metadata has at most ${metadataBytesMax} bytes as JSON, not ${bytes}.`;
}

function contentProblemOf(value: unknown): string | undefined {
  if (typeof value === 'string') return textProblemOf(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return 'A number in the metadata is too large for JSON. Write it as a string.';
    return textProblemOf(String(value));
  }
  if (!isHolder(value)) return undefined;
  for (const [key, part] of Object.entries(value)) {
    const problem = textProblemOf(key) ?? contentProblemOf(part);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function textProblemOf(text: string): string | undefined {
  if (text.includes('\u0000') || !text.isWellFormed()) {
    return 'Metadata holds text only: U+0000 and lone surrogates cannot be kept.';
  }
  return looksLikeCardNumber(text) ? holdsCardNumber : undefined;
}

function isHolder(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
