import type { Stage } from '../launcher/run-stack.ts';
import { banner } from './banner.ts';
import { readDemoFile, writeDemoFile, type Demo } from './demo-file.ts';
import { findOrCreateMerchant } from './demo-merchant.ts';
import { takeSamplePayment, waitUntilSettled } from './sample-payment.ts';

/** A merchant with a key, a payment from mutation to settlement, and everything that one needs to go on from there. */
export async function showDemo({ launcher, addresses, terminal, signal }: Stage): Promise<void> {
  const { home } = launcher;
  const origin = `http://127.0.0.1:${addresses.portOf('api')}`;
  const graphqlUrl = `${origin}/graphql`;
  const adminGraphqlUrl = `${origin}/admin/graphql`;
  const earlier = await readDemoFile(home);
  const merchant = await terminal.task('Looking after the demo merchant', async () => {
    const admin = { url: adminGraphqlUrl, key: addresses.adminKey };
    return findOrCreateMerchant(graphqlUrl, admin, earlier);
  });
  const demo: Demo = {
    graphqlUrl,
    adminGraphqlUrl,
    playgroundUrl: `${origin}/playground`,
    sandboxUrl: `http://127.0.0.1:${addresses.portOf('sandbox')}`,
    ...merchant,
    adminKey: addresses.adminKey,
    databaseUrl: addresses.databaseUrl,
    natsUrl: addresses.natsUrl,
  };
  const payment = await terminal.task('Taking a payment from its mutation to its settlement', async () => {
    const endpoint = { url: graphqlUrl, key: merchant.secretKey };
    const paymentId = await takeSamplePayment(endpoint);
    // The api learns a new key by starting again, which costs nothing while the money settles.
    const [settled] = await Promise.all([
      waitUntilSettled(endpoint, paymentId, signal),
      launcher.presetPlaygroundKey(merchant.secretKey),
    ]);
    return settled;
  });
  // Last, so that whoever waits for the file finds everything at rest, the api's new start included.
  await writeDemoFile(home, demo);
  terminal.line(banner(demo, payment, home.logs, terminal));
}
