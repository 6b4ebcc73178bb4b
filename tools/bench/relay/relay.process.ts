import { Broker, Relay } from '#messaging';
import { createLogger } from '#observability';
import { EventWindow, openDataSource } from '#persistence';
import { announcePort } from '../peers/peer-process.ts';

/** The relay of the payments' log in a process that does nothing else. */
const url = process.env['DATABASE_URL'] ?? '';
const dataSource = await openDataSource({
  url,
  schema: 'payments',
  applicationName: 'bench relay',
  poolSize: 4,
  entities: [],
});
const broker = new Broker({ url: process.env['NATS_URL'] ?? '', name: 'bench relay' });
const logger = createLogger({ service: 'bench', level: 'warn' });
new Relay(new EventWindow(dataSource), broker, { source: 'payments', owner: 'bench', lanes: 1, logger }).start();
announcePort(0);
