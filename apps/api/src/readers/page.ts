/** Which part of a list is asked for: the first or the last so many between two marks, in the list's own order. */
export interface PageRequest<Mark> {
  readonly from: 'start' | 'end';
  readonly size: number;
  readonly after: Mark | undefined;
  readonly before: Mark | undefined;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

/**
 * The page from rows that were read with one more than its size, in reading order, which is backwards from the end. On the
 * other side of a mark there is something, because a mark is taken from an item.
 */
export function pageOf<Item, Mark>(rows: readonly Item[], request: PageRequest<Mark>): Page<Item> {
  const items = rows.slice(0, request.size);
  const more = rows.length > request.size;
  return request.from === 'start'
    ? { items, hasNextPage: more || request.before !== undefined, hasPreviousPage: request.after !== undefined }
    : {
        items: items.toReversed(),
        hasNextPage: request.before !== undefined,
        hasPreviousPage: more || request.after !== undefined,
      };
}
