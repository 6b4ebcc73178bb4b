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
  const title = `A sample payment of ${amount.decimal} ${amount.currency}: ${status}, ${settled}`;
  const kindWidth = Math.max(...payment.timeline.map(({ kind }) => kind.length), 0);
  const steps = payment.timeline.flatMap(({ at, kind, summary }) => {
    const head = `  ${at.slice(11, 23).padEnd(12)}  ${kind.padEnd(kindWidth)}  `;
    const [first = '', ...others] = wrap(summary, columnsMax - head.length);
    return [head + first, ...others.map((line) => ' '.repeat(head.length) + line)];
  });
  return [ink.bold(title), ink.dim(`  ${id}`), ...steps];
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

/** Breaks between words; a word that is too long stands alone. */
function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= columns) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
