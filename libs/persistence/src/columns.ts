/**
 * One array per column from one array per row: how many rows go to `unnest` in one statement. Never of no rows, since
 * nothing would then tell how many columns there are.
 */
export function columnsOf(rows: readonly (readonly unknown[])[]): unknown[][] {
  const [first] = rows;
  if (first === undefined) throw new Error('A statement about no rows is not sent at all.');
  return first.map((_, column) => rows.map((row) => row[column]));
}
