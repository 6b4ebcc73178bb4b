/** PostgreSQL's bigint and numeric arrive as text; beyond 2^53 a number would be another amount, so that throws. */
export function minorUnits(text: string): number {
  const amount = Number(text);
  if (!Number.isSafeInteger(amount)) throw new Error(`${text} minor units do not fit a JSON integer.`);
  return amount;
}
