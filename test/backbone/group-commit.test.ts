import { expect, test } from 'vitest';
import { DatabaseFault, GroupCommit } from '#persistence';

/** A transaction that ends when the test says so. */
interface OpenTransaction {
  readonly items: readonly string[];
  end(): void;
  fail(error: Error): void;
}

function desk(sizeMax = 10): { commits: GroupCommit<string, string>; next: () => Promise<OpenTransaction> } {
  const begun: OpenTransaction[] = [];
  const waiting: ((transaction: OpenTransaction) => void)[] = [];
  const commits = new GroupCommit<string, string>((items) => {
    const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>();
    const transaction = {
      items: [...items],
      end: () => resolve(items.map((item) => `${item} written`)),
      fail: reject,
    };
    const waiter = waiting.shift();
    if (waiter === undefined) begun.push(transaction);
    else waiter(transaction);
    return promise;
  }, sizeMax);
  const next = (): Promise<OpenTransaction> => {
    const transaction = begun.shift();
    return transaction === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(transaction);
  };
  return { commits, next };
}

test('whoever comes alone goes alone and at once', async () => {
  const { commits, next } = desk();
  const written = commits.run('a');
  const transaction = await next();
  expect(transaction.items).toEqual(['a']);
  transaction.end();
  expect(await written).toBe('a written');
});

test('what comes while a transaction is under way makes up the next one, in the order of arrival', async () => {
  const { commits, next } = desk();
  const first = commits.run('a');
  const open = await next();
  const later = [commits.run('b'), commits.run('c'), commits.run('d')];
  open.end();
  expect(await first).toBe('a written');
  const second = await next();
  expect(second.items).toEqual(['b', 'c', 'd']);
  second.end();
  expect(await Promise.all(later)).toEqual(['b written', 'c written', 'd written']);
});

test('never more than the limit at once; the rest follows', async () => {
  const { commits, next } = desk(2);
  const all = Promise.all(['a', 'b', 'c'].map((item) => commits.run(item)));
  const first = await next();
  expect(first.items).toEqual(['a', 'b']);
  first.end();
  const second = await next();
  expect(second.items).toEqual(['c']);
  second.end();
  await all;
});

test('one that cannot be written fails alone', async () => {
  const { commits, next } = desk();
  const outcomes = Promise.allSettled(['good', 'bad', 'fine'].map((item) => commits.run(item)));
  (await next()).fail(new Error('a constraint'));
  for (const item of ['good', 'bad', 'fine']) {
    const alone = await next();
    expect(alone.items).toEqual([item]);
    if (item === 'bad') alone.fail(new Error('a constraint'));
    else alone.end();
  }
  expect((await outcomes).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

test('a fault of the database is told to all of the transaction, and to nobody else', async () => {
  const { commits, next } = desk();
  const outcomes = Promise.allSettled(['a', 'b'].map((item) => commits.run(item)));
  const fault = new DatabaseFault('gone', { retryable: true, cause: undefined });
  const open = await next();
  const later = commits.run('c');
  open.fail(fault);
  expect(await outcomes).toEqual([
    { status: 'rejected', reason: fault },
    { status: 'rejected', reason: fault },
  ]);
  (await next()).end();
  expect(await later).toBe('c written');
});
