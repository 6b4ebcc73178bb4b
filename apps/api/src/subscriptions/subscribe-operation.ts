import { createSourceEventStream, execute, type ExecutionArgs, type ExecutionResult } from 'graphql';

/**
 * Subscribes, and executes the selection for each item with a context of its own: what one item's execution has loaded
 * and kept is not shown for the next one. What kept the subscription from beginning is thrown in place of the first item:
 * the protocol ends a subscription for that, and the whole connection for what is thrown earlier.
 */
export async function subscribeOperation(args: ExecutionArgs, contextOfItem: () => unknown): Promise<ShownItems> {
  const source = await createSourceEventStream(args);
  const items = Symbol.asyncIterator in source ? source : failing(source.errors?.[0]);
  return new ShownItems(items[Symbol.asyncIterator](), (item) =>
    execute({ ...args, rootValue: item, contextValue: contextOfItem() }),
  );
}

/** Items as the client asked to see them, each only when it is its turn. Who stops reading does not wait for another one. */
class ShownItems implements AsyncIterableIterator<ExecutionResult, undefined> {
  constructor(
    private readonly items: AsyncIterator<unknown>,
    private readonly show: (item: unknown) => ExecutionResult | Promise<ExecutionResult>,
  ) {}

  async next(): Promise<IteratorResult<ExecutionResult, undefined>> {
    const item = await this.items.next();
    return item.done === true ? { done: true, value: undefined } : { done: false, value: await this.show(item.value) };
  }

  async return(): Promise<IteratorResult<ExecutionResult, undefined>> {
    await this.items.return?.();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

// oxlint-disable-next-line require-yield
async function* failing(error: Error | undefined): AsyncGenerator<never> {
  throw error ?? new Error('The subscription neither began nor failed.');
}
