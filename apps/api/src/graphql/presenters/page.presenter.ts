import { GraphQLError } from 'graphql';
import type { CursorKind } from '../../readers/cursor.ts';
import type { Page, PageRequest } from '../../readers/page.ts';
import type { Connection } from '../types/connection.ts';

/** A page is read and answered at once; more is another page. */
const pageSizeMax = 100;

export interface PageArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

/** Reads the four arguments of the Relay specification. Errors: `GraphQLError` BAD_USER_INPUT with what to do. */
export function pageRequestOf<Mark>(
  { first, after, last, before }: PageArguments,
  cursors: CursorKind<Mark>,
  sizeDefault: number,
): PageRequest<Mark> {
  if (given(first) && given(last)) {
    throw badPage('Ask for the first items or for the last ones, not for both at once.', 'last');
  }
  return {
    from: given(last) ? 'end' : 'start',
    size: given(last) ? sizeOf(last, 'last') : sizeOf(first ?? sizeDefault, 'first'),
    after: given(after) ? markOf(after, cursors, 'after') : undefined,
    before: given(before) ? markOf(before, cursors, 'before') : undefined,
  };
}

export function presentPage<Item, Node, Mark>(
  page: Page<Item>,
  present: (item: Item) => Node,
  cursorOf: (item: Item) => Mark,
  cursors: CursorKind<Mark>,
): Connection<Node> {
  const edges = page.items.map((item) => ({ node: present(item), cursor: cursors.encode(cursorOf(item)) }));
  return {
    edges,
    nodes: edges.map((edge) => edge.node),
    pageInfo: {
      hasNextPage: page.hasNextPage,
      hasPreviousPage: page.hasPreviousPage,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

function given<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined;
}

function sizeOf(size: number, argument: string): number {
  if (size >= 0 && size <= pageSizeMax) return size;
  throw badPage(
    `A page has at most ${pageSizeMax} items: ask with ${argument} between 0 and ${pageSizeMax}.`,
    argument,
  );
}

function markOf<Mark>(cursor: string, cursors: CursorKind<Mark>, argument: string): Mark {
  const mark = cursors.decode(cursor);
  if (mark !== undefined) return mark;
  throw badPage('This is not a cursor of this list. Use startCursor or endCursor of a page as it was given.', argument);
}

function badPage(message: string, argument: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', argument } });
}
