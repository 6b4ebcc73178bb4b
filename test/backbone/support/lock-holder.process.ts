import { sqlOf, UnitOfWork } from '#persistence';
import { connectedTo } from './connected.ts';

/** A process that takes a row lock and goes on for ever. The test freezes it. */
const [url = '', idleTimeout = ''] = process.argv.slice(2);
const dataSource = await connectedTo(url, {
  schema: 'public',
  settings: { idle_in_transaction_session_timeout: idleTimeout },
});
await sqlOf(dataSource).query('SELECT 1');
await new UnitOfWork(dataSource, () => ({})).run(async (tx) => {
  await tx.sql.query("SELECT FROM note WHERE text = 'contended' FOR UPDATE");
  process.stdout.write('locked\n');
  await new Promise(() => setInterval(() => undefined, 1_000));
});
