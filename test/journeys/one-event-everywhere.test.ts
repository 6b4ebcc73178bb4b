import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runProgram, type ConsoleProgram } from '../support/console-program.ts';
import { MerchantClient } from '../support/merchant-client.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { Subscriber, type Heard } from '../support/subscriber.ts';
import { until } from '../support/until.ts';
import { Receiver } from '../webhooks/receiver.ts';

/** An event as the feed tells it, whichever way it is told. */
interface ToldEvent {
  readonly id: string;
  readonly sequence: number;
  readonly type: string;
  readonly paymentId: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const hook = '/partner';
const told = '{ id sequence type paymentId data }';

/** What a merchant is told of a payment that is captured by hand. */
const life = ['payment.created', 'payment.authorized', 'payment.captured', 'payment.settled'];

/** The page for partners shows one program. It is run as it stands there. */
const [, partnerProgram = ''] = /^```js\n(.*?)^```$/ms.exec(await readFile('docs/partner-events.md', 'utf8')) ?? [];

let stack: Stack;
let merchant: MerchantClient;
let receiver: Receiver;
let subscriber: Subscriber;
let heard: Heard<{ readonly events: ToldEvent }>;
let partner: ConsoleProgram;

beforeAll(async () => {
  [stack, receiver] = await Promise.all([startStack(), Receiver.open()]);
  merchant = new MerchantClient(stack.demo);
  const { data } = await merchant.ask<{ outcome: { userErrors: readonly unknown[] } }>(
    `mutation ($url: String!) { outcome: createWebhookEndpoint(input: { url: $url }) { userErrors { message } } }`,
    { url: receiver.urlOf(hook) },
  );
  expect(data?.outcome.userErrors).toEqual([]);
  subscriber = new Subscriber(stack.demo, { authorization: `Bearer ${stack.demo.secretKey}` });
  // Behind the last event of the sample payment, so that nothing is missed while the socket opens.
  const after = (await queried()).at(-1)?.id;
  partner = runProgram(process.execPath, ['--input-type=module', '--eval', partnerProgram], {
    env: { ...process.env, NATS_URL: stack.demo.natsUrl, MERCHANT_ID: stack.demo.merchantId },
  });
  heard = subscriber.subscribe(`subscription ($after: String) { events(after: $after) ${told} }`, { after });
});

afterAll(async () => {
  partner.signal('SIGKILL');
  await partner.exit;
  await subscriber.leave();
  await receiver.close();
  await stack.remove();
});

async function queried(): Promise<ToldEvent[]> {
  const { data } = await merchant.ask<{ events: { nodes: ToldEvent[] } }>(`{ events(first: 100) { nodes ${told} } }`);
  return data?.events.nodes ?? [];
}

/** The bodies, by their sequence: deliveries may overtake each other. */
function delivered(): Omit<ToldEvent, 'paymentId'>[] {
  const bodies = receiver.at(hook).map(({ headers, body }) => {
    const { id, sequence, type, data } = JSON.parse(body) as ToldEvent;
    expect(headers['webhook-id']).toBe(id);
    return { id, sequence, type, data };
  });
  return bodies.sort((one, other) => one.sequence - other.sequence);
}

test('each event of a payment is one and the same on webhook, subscription, query and stream', async () => {
  const { payment } = await merchant.create({ captureMethod: 'MANUAL' });
  const paymentId = payment?.id ?? '';
  await merchant.capture(paymentId);

  const events = (await heard.hear(life.length)).map((item) => item.events);
  const [first] = events;
  expect(events.map(({ type }) => type)).toEqual(life);
  expect(events.map((event) => event.paymentId)).toEqual(life.map(() => paymentId));
  expect(events.map(({ sequence }) => sequence)).toEqual(life.map((_, index) => (first?.sequence ?? 0) + index));

  expect((await queried()).filter((event) => event.paymentId === paymentId)).toEqual(events);

  await until('the webhooks', () => delivered().length >= life.length);
  expect(delivered()).toEqual(events.map(({ id, sequence, type, data }) => ({ id, sequence, type, data })));

  await partner.printed(new RegExp(`"id":"${events.at(-1)?.id}".*\\n`));
  const lines = partner.output().trimEnd().split('\n');
  const streamed = lines.map((line) => JSON.parse(line) as Omit<ToldEvent, 'paymentId'>);
  expect(streamed.map(({ sequence }) => sequence)).toEqual(streamed.map((_, index) => index + 1));
  expect(streamed.slice(-life.length)).toEqual(
    events.map(({ id, sequence, type, data }) => ({ id, sequence, type: `feed.v1.${type}`, data })),
  );
});
