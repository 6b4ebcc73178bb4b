/** One screen. */
export const pageSizeDefault = 50;

/** A person reads no longer list, and no answer should grow with the platform. */
const pageSizeMax = 200;

export function pageSizeWithin(first: number): number {
  return Math.min(Math.max(first, 1), pageSizeMax);
}
