/** For whoever watches: a run takes minutes. It goes to where errors go, so that the tables can be kept alone. */
export function tell(what: string, value: number, unit: string): void {
  process.stderr.write(`    ${what}: ${value.toFixed(value < 100 ? 2 : 0)} ${unit}\n`);
}
