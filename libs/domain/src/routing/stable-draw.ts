/**
 * A number above 0 and below 1 that looks like chance and is the same for the same words in every process and release. FNV-1a over the
 * characters, then an avalanche: without it ids that differ in their last characters alone would share their high bits.
 */
export function stableDraw(...words: readonly string[]): number {
  let hash = 0x811c9dc5;
  for (const word of words) {
    for (let index = 0; index < word.length; index += 1) {
      hash = Math.imul(hash ^ word.charCodeAt(index), 0x01000193);
    }
    // Separates the words: otherwise ab, c would be the same as a, bc.
    hash = Math.imul(hash ^ 0xff, 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  hash ^= hash >>> 16;
  return ((hash >>> 0) + 0.5) / 2 ** 32;
}
