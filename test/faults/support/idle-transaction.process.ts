import pg from 'pg';

/** A process that does what no service may: it opens a transaction and waits for somebody who never comes. */
const [url = ''] = process.argv.slice(2);
const client = new pg.Client({ connectionString: url });
await client.connect();
await client.query('BEGIN');
process.stdout.write('waiting\n');
