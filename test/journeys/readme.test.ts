import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startStack, type Stack } from '../support/stack.ts';

const run = promisify(execFile);

/** Commands that other tests run: the whole stack is what `npm start` starts, and its servers are replaced in launcher.test. */
const shownElsewhere = ['npm start', /^DATABASE_URL=\S+ NATS_URL=\S+ npm start$/];

/** What a reader expects to see, by a word of the command. */
const answers: readonly (readonly [word: string, answer: RegExp])[] = [
  ['createPayment', /"status":"CAPTURED".*"decimal":"10\.99"/],
  ['payments(first', /"timeline":\[/],
  ['playgroundUrl', /^http:\/\/127\.0\.0\.1:\d+\/playground$/m],
];

const readme = await readFile('README.md', 'utf8');
const blocks = [...readme.matchAll(/^```sh\n(.*?)^```$/gms)].map((match) => (match[1] ?? '').trim());

let stack: Stack;
let clone: string;

beforeAll(async () => {
  stack = await startStack();
  // As in a clone in which `npm start` runs.
  clone = await mkdtemp(join(tmpdir(), 'quittance-readme-'));
  await symlink(stack.home.directory, join(clone, '.quittance'));
});

afterAll(async () => {
  await rm(clone, { recursive: true });
  await stack.remove();
});

const pasted = blocks.filter(
  (block) => !shownElsewhere.some((known) => block === known || (known instanceof RegExp && known.test(block))),
);

test('there are commands to paste, and each has an answer to be compared with', () => {
  expect(blocks.length).toBeGreaterThanOrEqual(5);
  expect(pasted.map((block) => answers.filter(([word]) => block.includes(word)).length)).toEqual(pasted.map(() => 1));
});

test.each(pasted)('%s', async (block) => {
  const { stdout } = await run('bash', ['-euc', block], { cwd: clone });
  const [, answer] = answers.find(([word]) => block.includes(word)) ?? [];
  expect(stdout).toMatch(answer as RegExp);
});
