import { jetstream, type JetStreamClient } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { encodeEnvelope, subjectOf, type LoggedEvent } from '#contracts';
import { shardOf, type MerchantId } from '#domain';
import { RandomIds, SystemClock } from '#security';
import type { BenchStack } from '../bench-stack.ts';
import { tell } from '../figures/progress.ts';
import { comparedWith, medianOf, type Measurement } from '../figures/measurement.ts';

const runs = 3;
const journals = 10_000;
/** Under way to the broker at once; it takes them faster than they are posted, so that there is always a backlog. */
const underWayMax = 200;

const currencies = ['EUR', 'USD', 'GBP', 'CHF', 'SEK', 'NOK', 'DKK', 'PLN', 'BHD', 'KWD'];
/** Both have as many accounts of merchants, and batches to settle; only the platform's fee accounts differ, ten and one. */
const spreadOut = { merchants: 100, currencies };
const oneHotAccount = { merchants: 1_000, currencies: ['EUR'] };

const ids = new RandomIds(new SystemClock());

/** Captures are told to the books by hand, and nothing else runs: journals a second until all are posted. */
export async function books(stack: BenchStack): Promise<Measurement[]> {
  await stack.halt('api', 'orchestrator', 'fraud', 'webhooks', 'sandbox');
  const broker = await connect({ servers: stack.natsUrl });
  try {
    const client = jetstream(broker);
    const pattern = await readCapture(stack);
    const post = (accounts: typeof spreadOut): Promise<number> => postJournals(stack, client, pattern, accounts);
    await post(spreadOut);
    const spread: number[] = [];
    const hot: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      spread.push(await post(spreadOut));
      hot.push(await post(oneHotAccount));
    }
    return [
      medianOf('books, spread out', spread, 'journals/s'),
      comparedWith(medianOf('books, one hot fee account', hot, 'journals/s'), hot, { 'spread out': spread }),
    ];
  } finally {
    await broker.close();
  }
}

async function readCapture(stack: BenchStack): Promise<string> {
  const { rows } = await stack.database.query<{ payload: string }>(
    `SELECT payload FROM payments.event WHERE type = 'payment.captured' LIMIT 1`,
  );
  if (rows[0] === undefined) throw new Error('no payment has been captured yet');
  return rows[0].payload;
}

async function postJournals(
  stack: BenchStack,
  client: JetStreamClient,
  pattern: string,
  accounts: typeof spreadOut,
): Promise<number> {
  const posted = `SELECT count(*) FROM books.journal WHERE kind = 'payment_captured'`;
  const before = await stack.count(posted);
  const began = new Date();
  const merchants = Array.from({ length: accounts.merchants }, () => ids.next('mer'));
  let number = 0;
  const teller = async (): Promise<void> => {
    while (number < journals) {
      const merchant = merchants[number % merchants.length];
      const currency = accounts.currencies[Math.floor(number / merchants.length) % accounts.currencies.length];
      number += 1;
      if (merchant === undefined || currency === undefined) throw new Error('there is a merchant and a currency');
      const event = captureOf(pattern, merchant, currency);
      await client.publish(subjectOf('payments', event), encodeEnvelope('payments', event), { msgID: event.id });
    }
  };
  await Promise.all(Array.from({ length: underWayMax }, teller));
  await stack.counts(before + journals, posted, `${journals} journals`);
  // Each is stamped with the beginning of its transaction; the last of them is as long as any other.
  const { rows } = await stack.database.query<{ seconds: number }>(
    `SELECT extract(epoch FROM max(posted_at) - min(posted_at))::float8 AS seconds FROM books.journal
     WHERE kind = 'payment_captured' AND posted_at >= $1`,
    [began],
  );
  const perSecond = journals / (rows[0]?.seconds ?? Number.NaN);
  tell(`${accounts.currencies.length} fee accounts`, perSecond, 'journals/s');
  return perSecond;
}

/** The capture of a payment that nobody else knows; for the books it is enough that the event says so. */
function captureOf(pattern: string, merchantId: MerchantId, currency: string): LoggedEvent {
  const data = JSON.parse(pattern) as { payment: object };
  const paymentId = ids.next('pay');
  return {
    seq: '0',
    id: ids.next('evt'),
    merchantId,
    shard: shardOf(merchantId),
    aggregateType: 'payment',
    aggregateId: paymentId,
    aggregateVersion: 4,
    type: 'payment.captured',
    schemaVersion: 1,
    payload: JSON.stringify({ ...data, payment: { ...data.payment, id: paymentId, currency } }),
    traceparent: null,
    occurredAt: new Date(),
  };
}
