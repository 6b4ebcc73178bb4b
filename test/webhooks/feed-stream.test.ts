import { connect } from '@nats-io/transport-node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { operationsRequests, schemaOf, streams, type EventEnvelope, type EventLagView } from '#contracts';
import { shardOf, type MerchantId } from '#domain';
import { Broker, Requester } from '#messaging';
import { newId } from '../support/payment-events.ts';
import { Stage } from '../support/stage.ts';
import { messagesOf } from '../support/stream-messages.ts';
import { until } from '../support/until.ts';
import { feedOf } from './feed.ts';
import { aPaymentStory, paymentsPart } from './payment-story.ts';
import { startWebhooks } from './webhooks-service.ts';

/** A lease has to end, and what a dead process had in hand comes back after ten seconds. */
const patience = { deadlineMs: 30_000 };

let stage: Stage;
let broker: Broker;

beforeEach(async () => {
  stage = await Stage.set('webhooks', startWebhooks, []);
  broker = new Broker({ url: stage.nats.url, name: 'test' });
});

afterEach(async () => {
  await broker.close();
  await stage.clear();
});

/** Three of what happens to a payment are for its merchant. */
const toldOfPayment = 3;

async function happen(merchants: readonly MerchantId[], paymentsOfEach: number): Promise<void> {
  const stories = Array.from({ length: merchants.length * paymentsOfEach }, (_, index) =>
    aPaymentStory(merchants[index % merchants.length]),
  );
  await stage.streams.publish('payments', ...stories.flatMap(paymentsPart));
}

/** As a partner takes them who knows each event by its id. */
async function taken(merchantId: MerchantId): Promise<EventEnvelope[]> {
  const firsts = new Map<string, EventEnvelope>();
  for (const event of await messagesOf(stage.nats.url, 'feed')) {
    if (event.merchantid === merchantId && !firsts.has(event.id)) firsts.set(event.id, event);
  }
  return [...firsts.values()];
}

async function sequencesTaken(merchantId: MerchantId): Promise<number[]> {
  return (await taken(merchantId)).map(({ aggregateversion }) => aggregateversion);
}

async function everythingTaken(merchants: readonly MerchantId[], eventsOfEach: number): Promise<void> {
  const arrived = async (merchantId: MerchantId): Promise<boolean> =>
    (await sequencesTaken(merchantId)).length === eventsOfEach;
  for (const merchantId of merchants) await until('the whole feed', () => arrived(merchantId), patience);
}

function numbersTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

async function messagesOnStream(): Promise<number> {
  return (await (await broker.manager()).streams.info(streams.feed.name)).state.messages;
}

test('the stream says of a merchant what its feed says, in the form that the catalogue promises', async () => {
  await stage.enter();
  const story = aPaymentStory();
  await stage.streams.publish('payments', ...paymentsPart(story));
  await stage.streams.publish('settlement', story.settled);
  await everythingTaken([story.merchantId], 4);

  const events = await taken(story.merchantId);
  const { created, authorized, captured, settled } = story;
  expect(events.map(({ id }) => id)).toEqual([created.id, authorized.id, captured.id, settled.id]);
  expect(events.map((event) => [event.aggregateversion, event.type, event.data])).toEqual(
    (await feedOf(stage, story.merchantId)).map(({ sequence, type, data }) => [sequence, `feed.v1.${type}`, data]),
  );
  for (const { type, data } of events) expect(schemaOf(type)?.parse(data)).toEqual(data);
  expect(events[2]).toMatchObject({
    source: 'quittance/feed',
    subject: story.merchantId,
    time: captured.occurredAt.toISOString(),
  });
});

test('whoever may hear one merchant hears that one alone', async () => {
  await stage.enter();
  const [merchantId, other] = [newId('mer'), newId('mer')];
  const partner = await connect({ servers: stage.nats.url });
  const heard: string[] = [];
  partner.subscribe(`feed.v1.*.${merchantId}.>`, { callback: (_, message) => void heard.push(message.subject) });
  await partner.flush();
  await happen([merchantId, other], 1);
  await everythingTaken([merchantId, other], toldOfPayment);
  await partner.close();
  const place = `feed.v1.${shardOf(merchantId)}.${merchantId}`;
  expect(heard).toEqual([`${place}.payment.created`, `${place}.payment.authorized`, `${place}.payment.captured`]);
});

describe('the stream of a merchant has no gap and no muddle', () => {
  test('after the death of a process that had published and not yet noted it', async () => {
    const merchants = [newId('mer'), newId('mer'), newId('mer')];
    const first = await stage.enter();
    await happen(merchants, 5);
    await everythingTaken(merchants, 5 * toldOfPayment);
    await stage.query(
      `CREATE FUNCTION feed.refuse_to_note() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'nothing is noted before the death'; END $$`,
    );
    await stage.query(
      `CREATE TRIGGER not_noted BEFORE UPDATE ON feed.relay_cursor FOR EACH ROW
       WHEN (NEW.stream_seq > OLD.stream_seq) EXECUTE FUNCTION feed.refuse_to_note()`,
    );
    // More than the two pages that the relay may have under way at once.
    const before = await messagesOnStream();
    await happen(merchants, 200);
    await until('a part of it to be published', async () => (await messagesOnStream()) > before);
    // Without its connections it says nothing more and gives nothing back: what a death looks like from outside.
    await first.get(Broker).close();
    expect(await messagesOnStream()).toBeLessThan(before + 3 * 200 * toldOfPayment);
    await stage.query('DROP TRIGGER not_noted ON feed.relay_cursor');

    await stage.enter();
    await happen(merchants, 5);
    await everythingTaken(merchants, 210 * toldOfPayment);
    for (const merchantId of merchants) {
      expect(await sequencesTaken(merchantId)).toEqual(numbersTo(210 * toldOfPayment));
    }
  });

  test('after the loss of the stream, which the relay makes anew and fills from the first event', async () => {
    const merchants = [newId('mer'), newId('mer'), newId('mer')];
    await stage.enter();
    await happen(merchants, 20);
    await everythingTaken(merchants, 20 * toldOfPayment);
    await (await broker.manager()).streams.delete(streams.feed.name);
    await happen(merchants, 20);
    await everythingTaken(merchants, 40 * toldOfPayment);
    for (const merchantId of merchants) {
      expect(await sequencesTaken(merchantId)).toEqual(numbersTo(40 * toldOfPayment));
    }
  });
});

test('the service tells how far its relay is behind', async () => {
  await stage.enter();
  const merchantId = newId('mer');
  await happen([merchantId], 1);
  await everythingTaken([merchantId], toldOfPayment);
  await broker.connected();
  const lag = await until('the relay to have noted it', async () => {
    const answer = await new Requester(broker).request<EventLagView>(operationsRequests.eventLag('webhooks'), {});
    return answer.relay?.unpublished === 0 && answer;
  });
  expect(lag).toMatchObject({ relay: { unpublished: 0, oldestAgeMs: 0 }, consumers: [{ stream: 'PAYMENTS' }, {}] });
});
