import { declineCodes, isDeclineCode, meaningOf, type AttemptOperation, type DeclineCode } from '#domain';
import {
  stripeCardCodes,
  stripeRefusalCodes,
  stripeStateRefusals,
  type Refusal,
} from '../../apps/orchestrator/src/acquirers/stripe/stripe-decline-codes.ts';
import { declineMessages } from '../../apps/sandbox/src/tokens/decline-codes.ts';
import { code, table } from './lifecycles/markdown.ts';

/** What acquirers say, what it means to us and what the customer hears, printed from the tables that run. */
export function errorMap(): Promise<string> {
  return Promise.resolve(`# Error map

Printed by \`npm run generate\` from \`libs/domain/src/payment/decline-codes.ts\` and the table of each connector.

A *hard* decline is never tried again; a *soft* one is, at most twice. *Elsewhere*: whether another acquirer may get another
answer for the same card. A code that is in none of these tables is a \`generic_decline\`.

## Our codes

${table(['code', 'kind', 'elsewhere', 'who said it', 'the customer hears'], ourCodes())}

## The sandbox

Its acquirers speak our codes. They use these:

${table(headings, rowsOf(sandboxCodes()))}

## Stripe: declined cards

By \`decline_code\`, else by \`code\` of the card error. With \`advice_code: do_not_try_again\` a \`generic_decline\` becomes a
\`do_not_honor\`: the networks fine those who try again what they were told not to.

${table(headings, rowsOf(Object.entries(stripeCardCodes)))}

## Stripe: refused requests

By \`code\` of the invalid request; any other is \`request_refused\`. Where it depends on what was asked, the operation stands
in brackets.

${table(headings, rowsOf(Object.entries(stripeRefusalCodes).flatMap(perOperation)))}

## Stripe: payment intents in the wrong state

By the \`status\` of the intent that came with \`payment_intent_unexpected_state\`. One that was canceled because its time was
up (\`cancellation_reason\` \`automatic\` or \`expired\`) is \`authorization_expired\` instead.

${table(headings, rowsOf(Object.entries(stripeStateRefusals).flatMap(perOperation)))}

## Stripe: no answer

${table(['what came', 'what it is to us'], noAnswers)}
`);
}

const headings = ['acquirer code', 'our code', 'kind', 'elsewhere', 'the customer hears'];

const noAnswers = [
  ['no connection was made: refused, no such host, no route, no connection within 2 s', '`not_sent`'],
  ['429 `rate_limit`, 429 or 409 `lock_timeout`', '`not_sent`'],
  ['401, 403: our key is wrong or may not do this', '`not_sent`'],
  ['the connection broke, the time was up', '`unknown`'],
  ['5xx, a body that is not what was agreed', '`unknown`'],
  ['409 `idempotency_key_in_use`', '`unknown`: the other call with this key may be doing it'],
  ['400 `idempotency_error`', 'what `find` tells of the key, else `unknown`'],
  ['404 `resource_missing` of anything but the card', '`unknown`: we had it from Stripe'],
];

function ourCodes(): string[][] {
  return Object.entries(declineCodes).map(([name, { kind, elsewhere, source, customer }]) => [
    code(name),
    kind,
    yesOrNo(elsewhere),
    source,
    customer,
  ]);
}

function sandboxCodes(): [string, DeclineCode][] {
  return Object.keys(declineMessages)
    .filter(isDeclineCode)
    .map((name) => [name, name]);
}

function perOperation([name, refusal]: [string, Refusal]): [string, DeclineCode][] {
  if (typeof refusal === 'string') return [[name, refusal]];
  const operations = Object.entries(refusal) as [AttemptOperation, DeclineCode][];
  return operations.map(([operation, ours]) => [`${name} (${operation})`, ours]);
}

function rowsOf(codes: readonly (readonly [string, DeclineCode])[]): string[][] {
  return codes.map(([name, ours]) => {
    const { kind, elsewhere, customer } = meaningOf(ours);
    const [bare = '', operation] = name.split(' ');
    const asked = operation === undefined ? '' : ` ${operation}`;
    return [`${code(bare)}${asked}`, code(ours), kind, yesOrNo(elsewhere), customer];
  });
}

function yesOrNo(is: boolean): string {
  return is ? 'yes' : 'no';
}
