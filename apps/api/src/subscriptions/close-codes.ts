/**
 * Why we close a connection, beside the codes of the graphql-transport-ws protocol itself. Clients read in
 * `docs/subscriptions.md` what to do about each.
 */
export const closeCodes = {
  /** The process ends, as in every release. Connect again: another one serves. */
  goingAway: 1001,
  /** A limit was passed. Connecting again changes nothing; the client has to be mended. */
  limitPassed: 1008,
  /** Something that we need cannot be reached. Connect again in a moment. */
  tryAgainLater: 1013,
  /** The key was refused, when the connection began or later. Another key is needed. */
  keyRefused: 4403,
  /** Our own fault; it is in our log. */
  ourFault: 4500,
} as const;

/** RFC 6455 leaves this much room for a reason. */
const reasonBytesMax = 123;

/** As much of the sentence as fits, without half a character. */
export function closeReason(sentence: string): string {
  const bytes = Buffer.from(sentence);
  if (bytes.length <= reasonBytesMax) return sentence;
  return `${new TextDecoder().decode(bytes.subarray(0, reasonBytesMax - 3), { stream: true })}…`;
}
