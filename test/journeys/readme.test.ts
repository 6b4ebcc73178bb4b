import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { readJson } from '../../tools/launcher/home.ts';
import { startOwnPostgres, type OwnPostgres } from '../backbone/support/own-postgres.ts';
import { startNats, type TestNats } from '../support/nats.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { messagesOf } from '../support/stream-messages.ts';

const run = promisify(execFile);

const start = 'npm start';
const startWithOwnServers =
  /^DATABASE_URL=postgresql:\/\/owner:password@127\.0\.0\.1:5432\/quittance NATS_URL=nats:\/\/127\.0\.0\.1:4222 npm start$/;

/** What a reader expects to see, by a word of the command. */
const answers: readonly (readonly [word: string, answer: RegExp])[] = [
  ['createPayment', /"status":"CAPTURED".*"decimal":"10\.99"/],
  ['payments(first', /"timeline":\[/],
  ['playgroundUrl', /^http:\/\/127\.0\.0\.1:\d+\/playground$/m],
];

const readme = await readFile('README.md', 'utf8');
const blocks = [...readme.matchAll(/^```sh\n(.*?)^```$/gms)].map((match) => (match[1] ?? '').trim());
const pasted = blocks.filter((block) => block !== start && !startWithOwnServers.test(block));

let stack: Stack;
let clone: string;

beforeAll(async () => {
  stack = await startStack({ command: blocks.find((block) => block === start) });
  // As in a clone in which `npm start` runs.
  clone = await mkdtemp(join(tmpdir(), 'quittance-readme-'));
  await symlink(stack.home.directory, join(clone, '.quittance'));
});

afterAll(async () => {
  await rm(clone, { recursive: true });
  await stack.remove();
});

test('there are commands to paste, and each has an answer to be compared with', () => {
  expect(blocks.length - pasted.length).toBe(2);
  expect(pasted.length).toBeGreaterThanOrEqual(3);
  expect(pasted.map((block) => answers.filter(([word]) => block.includes(word)).length)).toEqual(pasted.map(() => 1));
});

test.each(pasted)('%s', async (block) => {
  const { stdout } = await run('bash', ['-euc', block], { cwd: clone });
  const [, answer] = answers.find(([word]) => block.includes(word)) ?? [];
  expect(stdout).toMatch(answer as RegExp);
});

describe('with a PostgreSQL and a NATS of one’s own', () => {
  let postgres: OwnPostgres;
  let nats: TestNats;

  beforeAll(async () => {
    [postgres, nats] = await Promise.all([startOwnPostgres(), startNats()]);
  });

  afterAll(() => Promise.all([postgres.stop(), nats.stop()]));

  test('the same payment is taken there, and they outlive it', async () => {
    const databaseUrl = new URL(postgres.url);
    // Not there yet: who names a database of their own need not have made it.
    databaseUrl.pathname = '/quittance';
    const block = blocks.find((one) => startWithOwnServers.test(one)) ?? '';
    const command = block
      .replace('postgresql://owner:password@127.0.0.1:5432/quittance', databaseUrl.href)
      .replace('nats://127.0.0.1:4222', nats.url);
    const own = await startStack({ command });
    onTestFinished(() => own.remove());
    expect(own.demo).toMatchObject({ databaseUrl: databaseUrl.href, natsUrl: nats.url });
    expect(Object.keys((await readJson(own.home.processes)) as object)).not.toContain('postgres');
    expect((await own.stop()).code).toBe(0);

    const database = new pg.Client({ connectionString: databaseUrl.href });
    await database.connect();
    const { rows } = await database.query('SELECT state, settled_at IS NOT NULL AS settled FROM payments.payment');
    await database.end();
    expect(rows).toEqual([{ state: 'captured', settled: true }]);
    const events = (await messagesOf(nats.url)).map(({ type }) => type);
    expect(events).toContain('payments.v1.payment.captured');
  });
});

test('npm run dev starts the same, follows the sources and ends at Ctrl-C', async () => {
  const dev = await startStack({ command: 'npm run dev', announced: 'Watching the sources' });
  onTestFinished(() => dev.remove());
  expect(dev.launcher.output()).toContain('Quittance is ready');
  expect((await dev.stop()).code).toBe(0);
});

test('every command of the table is there', async () => {
  const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as { scripts: Record<string, string> };
  const table = [...readme.matchAll(/^\| `npm (?:run )?(\w+)` \|/gm)].map((match) => match[1] ?? '');
  expect(table).toEqual(['dev', 'test', 'check', 'bench', 'faults', 'simulate']);
  for (const name of table) {
    expect(scripts[name]).toBe(`exec node tools/bootstrap.mjs ${name}`);
    expect(existsSync(`tools/${name}.ts`)).toBe(true);
  }
});
