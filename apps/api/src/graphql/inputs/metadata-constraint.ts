import { looksLikeCardNumber } from '#security';
import { constraint } from './constraint.ts';
import { holdsCardNumber } from './text-constraints.ts';

/** Some tens of entries; whoever has more keeps them in a system of their own and a key to them here. */
const metadataBytesMax = 16 * 1024;

/** Deeper than anything written by hand, and far from where recursion hurts. */
const metadataDepthMax = 8;

/** What JSON can say and a jsonb column can keep, small, and without card numbers in keys, texts or numbers. */
export function IsMetadata(): PropertyDecorator {
  return constraint('isMetadata', (value) => problemOf(value, 1) ?? sizeProblemOf(value));
}

function problemOf(value: unknown, depth: number): string | undefined {
  if (depth > metadataDepthMax) return `Metadata is nested at most ${metadataDepthMax} deep.`;
  switch (typeof value) {
    case 'string':
      return problemOfText(value);
    case 'number':
      if (!Number.isFinite(value)) return 'A number in the metadata is too large for JSON. Write it as a string.';
      return problemOfText(String(value));
    case 'object':
      return value === null ? undefined : problemOfParts(value, depth);
    default:
      return undefined;
  }
}

function problemOfParts(parts: object, depth: number): string | undefined {
  for (const [key, value] of Object.entries(parts)) {
    const problem = problemOfText(key) ?? problemOf(value, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function problemOfText(text: string): string | undefined {
  if (text.includes('\u0000') || !text.isWellFormed()) {
    return 'Metadata holds text only: U+0000 and lone surrogates cannot be kept.';
  }
  return looksLikeCardNumber(text) ? holdsCardNumber : undefined;
}

function sizeProblemOf(value: unknown): string | undefined {
  const bytes = Buffer.byteLength(JSON.stringify(value));
  return bytes <= metadataBytesMax
    ? undefined
    : `Metadata has at most ${metadataBytesMax} bytes as JSON, not ${bytes}.`;
}
