import type { KindReport, Report } from './report.ts';

const columns: readonly (readonly [title: string, cell: (row: KindReport) => string])[] = [
  ['fault', ({ kind }) => kind],
  ['times', ({ injected }) => String(injected)],
  ['lost', ({ lost }) => String(lost)],
  ['doubled', ({ doubled }) => String(doubled)],
  ['stuck', ({ stuck }) => String(stuck)],
  ['wrong', ({ wrong }) => String(wrong)],
  ['seen', ({ detected, injected }) => `${detected}/${injected}`],
  ['detect', ({ detectMs }) => seconds(detectMs)],
  ['recover', ({ recoverMs }) => seconds(recoverMs)],
  ['at worst', ({ recoverMsMax }) => seconds(recoverMsMax)],
];

const findingsShown = 40;

/** For people: a line per kind of fault, and below it what was found. */
export function tableOf(report: Report): string {
  const rows = [columns.map(([title]) => title), ...report.kinds.map((row) => columns.map(([, cell]) => cell(row)))];
  const widths = columns.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  );
  return `${[...lines, '', ...summary(report), ...findings(report)].join('\n')}\n`;
}

function summary(report: Report): string[] {
  const { faults, purchases, calls, asked, payments, endings, waiting, quiet, mishaps } = report;
  const list = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .map(([name, count]) => `${count} ${name}`)
      .join(', ');
  return [
    `${faults} faults, ${purchases} purchases; answers: ${list(calls)}`,
    `asked: ${list(asked)}`,
    `payments: ${list(payments)}`,
    `endings: ${list(endings)}`,
    ...Object.entries(waiting).map(([reason, count]) => `waiting: ${count} × ${reason}`),
    quiet ? 'everything came to rest' : 'not everything came to rest',
    ...mishaps.map((mishap) => `the laboratory stumbled: ${mishap}`),
  ];
}

function findings({ findings: found, seed }: Report): string[] {
  if (found.length === 0) return ['', 'Nothing was lost, doubled, stuck or wrong.'];
  const shown = found
    .slice(0, findingsShown)
    .map(({ harm, check, what }) => `  ${harm}: ${check}: ${what.slice(0, 300)}`);
  const more = found.length - shown.length;
  return ['', `${found.length} findings:`, ...shown, ...(more > 0 ? [`  and ${more} more`] : []), '', `seed ${seed}`];
}

function seconds(ms: number | null): string {
  return ms === null ? '–' : `${(ms / 1_000).toFixed(2)} s`;
}
