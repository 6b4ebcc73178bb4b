import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/** What Vitest's JSON reporter writes, as far as it is counted here. */
const reportShape = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});

export interface Totals {
  readonly passed: number;
  readonly failed: number;
  /** Full names of the tests that were not run. */
  readonly skipped: readonly string[];
}

/** A file that fails outside its tests, and a run that ends badly without a failed test, count as one failure each. */
export async function readTotals(reportFile: string, exitCode: number): Promise<Totals> {
  const report = reportShape.safeParse(await readFile(reportFile, 'utf8').then(JSON.parse, () => undefined));
  if (!report.success) return { passed: 0, failed: 1, skipped: [] };
  const files = report.data.testResults;
  const tests = files.flatMap((file) => file.assertionResults);
  const brokenFiles = files.filter(
    (file) => file.status === 'failed' && file.assertionResults.every(({ status }) => status !== 'failed'),
  );
  const failed = tests.filter(({ status }) => status === 'failed').length + brokenFiles.length;
  return {
    passed: tests.filter(({ status }) => status === 'passed').length,
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: tests.filter(({ status }) => status !== 'passed' && status !== 'failed').map(({ fullName }) => fullName),
  };
}

/** Read by machines: exactly this form, alone on the last line. */
export function formatTotals({ passed, failed, skipped }: Totals): string {
  const counted = `${passed} passed, ${failed} failed`;
  return skipped.length === 0 ? counted : `${counted}, ${skipped.length} skipped`;
}
