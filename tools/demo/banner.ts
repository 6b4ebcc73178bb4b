import type { Demo } from './demo-file.ts';
import type { SamplePayment } from './documents.ts';
import { isSettled } from './sample-payment.ts';

export interface Ink {
  bold(text: string): string;
  dim(text: string): string;
}

/** What a terminal of ordinary width shows without breaking a line. */
const columnsMax = 100;

export function banner(demo: Demo, payment: SamplePayment, logs: string, ink: Ink): string {
  return [
    '',
    ink.bold('Quittance is ready.'),
    '',
    ...timeline(payment, ink),
    '',
    ...addresses(demo, ink),
    '',
    ink.bold('Take a payment:'),
    '',
    curl(demo),
    '',
    ink.dim(`Logs: ${logs}. Ctrl-C stops everything and keeps the data.`),
    '',
  ].join('\n');
}

function timeline(payment: SamplePayment, ink: Ink): string[] {
  const { amount, id, status } = payment;
  const settled = isSettled(payment) ? 'settled' : 'not settled yet';
  const head = `A sample payment of ${amount.decimal} ${amount.currency}: ${status}, ${settled}`;
  const kindWidth = Math.max(...payment.timeline.map(({ kind }) => kind.length), 0);
  const steps = payment.timeline.map(({ at, kind, summary }) => {
    const clock = at.slice(11, 23).padEnd(12);
    return cut(`  ${clock}  ${kind.padEnd(kindWidth)}  ${summary}`);
  });
  return [ink.bold(head), ink.dim(`  ${id}`), ...steps];
}

function addresses(demo: Demo, ink: Ink): string[] {
  const rows: readonly (readonly [string, string])[] = [
    ['Playground', demo.playgroundUrl],
    ['GraphQL', demo.graphqlUrl],
    ['Admin GraphQL', demo.adminGraphqlUrl],
    ['Acquirers', demo.sandboxUrl],
    ['Secret key', demo.secretKey],
    ['Admin key', demo.adminKey],
    ['NATS', demo.natsUrl],
    ['PostgreSQL', demo.databaseUrl],
  ];
  return rows.map(([name, value]) => `${ink.bold(name.padEnd(13))}  ${value}`);
}

/** Pasted as it is, it takes a payment; pasted again, the same key brings the same payment back. */
function curl(demo: Demo): string {
  return [
    `curl -s ${demo.graphqlUrl} \\`,
    `  -H 'Authorization: Bearer ${demo.secretKey}' \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d '{"query":`,
    `"mutation($i:CreatePaymentInput!){createPayment(input:$i){payment{id status}userErrors{message}}}"`,
    `,"variables":{"i":{"idempotencyKey":"my-first","reference":"order-1",`,
    `"amount":{"minor":1099,"currency":"EUR"},"source":{"cardToken":"tok_visa"}}}}'`,
  ].join('\n');
}

function cut(line: string): string {
  return line.length <= columnsMax ? line : `${line.slice(0, columnsMax - 1)}…`;
}
