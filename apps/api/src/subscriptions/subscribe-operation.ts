import { createSourceEventStream, execute, type ExecutionArgs, type ExecutionResult } from 'graphql';

/**
 * Subscribes, and executes the selection for each item with a context of its own: what one item's execution has loaded
 * and kept is not shown for the next one. Errors: the `GraphQLError` with which the subscription did not begin.
 */
export async function subscribeOperation(args: ExecutionArgs, contextOfItem: () => unknown): Promise<ShownItems> {
  const source = await createSourceEventStream(args);
  if (!(Symbol.asyncIterator in source)) throw source.errors?.[0] ?? new Error('It neither began nor failed.');
  return new ShownItems(source[Symbol.asyncIterator](), (item) =>
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
