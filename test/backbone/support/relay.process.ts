import { Broker, Relay } from '#messaging';
import { createLogger } from '#observability';
import { EventWindow } from '#persistence';
import { connectedTo } from './connected.ts';

/** A relay in a process of its own that is killed −9 at random, in the middle of whatever it publishes. */
const [databaseUrl = '', natsUrl = '', leaseMs = '', deathsPerMessage = '0'] = process.argv.slice(2);
const dataSource = await connectedTo(databaseUrl);
const owner = `relay-${process.pid}`;
const relay = new Relay(new EventWindow(dataSource), new Broker({ url: natsUrl, name: owner }), {
  source: 'payments',
  owner,
  lanes: 1,
  leaseMs: Number(leaseMs),
  logger: createLogger({ service: 'relay', level: 'silent' }),
  published: () => {
    if (Math.random() < Number(deathsPerMessage)) process.kill(process.pid, 'SIGKILL');
  },
});
relay.start();
process.stdout.write('relaying\n');
