import { createClient, type Client, type FormattedExecutionResult } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { MerchantDoor } from './merchant-door.ts';
import { until } from './until.ts';

/** Everything that a subscription brought, in order, and how it ended. */
export interface Heard<Data> {
  readonly items: readonly Data[];
  readonly results: readonly FormattedExecutionResult<Data>[];
  /** `complete`, the errors of an error message, or the code and reason with which the socket was closed. */
  readonly ending: () => Ending | undefined;
  hear(count: number): Promise<readonly Data[]>;
  ended(): Promise<Ending>;
  stop(): void;
}

export type Ending =
  | { readonly kind: 'complete' }
  | { readonly kind: 'errors'; readonly errors: readonly { message: string; extensions: Record<string, unknown> }[] }
  | { readonly kind: 'closed'; readonly code: number; readonly reason: string }
  | { readonly kind: 'failed'; readonly fault: unknown };

/** A merchant's program with one WebSocket. */
export class Subscriber {
  readonly client: Client;

  constructor(door: Pick<MerchantDoor, 'graphqlUrl'>, connectionParams: Record<string, unknown> | undefined) {
    this.client = createClient({
      url: webSocketUrlOf(door),
      webSocketImpl: WebSocket,
      ...(connectionParams === undefined ? {} : { connectionParams }),
      retryAttempts: 0,
      lazyCloseTimeout: 0,
    });
  }

  static of(door: MerchantDoor): Subscriber {
    return new Subscriber(door, { authorization: `Bearer ${door.secretKey}` });
  }

  subscribe<Data>(query: string, variables: Record<string, unknown> = {}): Heard<Data> {
    const items: Data[] = [];
    const results: FormattedExecutionResult<Data>[] = [];
    let ending: Ending | undefined;
    const stop = this.client.subscribe<Data>(
      { query, variables },
      {
        next: (result) => {
          results.push(result as FormattedExecutionResult<Data>);
          if (result.data !== null && result.data !== undefined) items.push(result.data);
        },
        error: (fault) => (ending = endingOf(fault)),
        complete: () => (ending ??= { kind: 'complete' }),
      },
    );
    return {
      items,
      results,
      stop,
      ending: () => ending,
      hear: (count) => until(`${count} items, of which there are some`, () => items.length >= count && items),
      ended: () => until('the subscription to end', () => ending),
    };
  }

  async leave(): Promise<void> {
    await this.client.dispose();
  }
}

export function webSocketUrlOf({ graphqlUrl }: Pick<MerchantDoor, 'graphqlUrl'>): string {
  return graphqlUrl.replace(/^http/, 'ws');
}

function endingOf(fault: unknown): Ending {
  if (Array.isArray(fault)) return { kind: 'errors', errors: fault };
  if (typeof fault === 'object' && fault !== null && 'code' in fault && 'reason' in fault) {
    return { kind: 'closed', code: Number(fault.code), reason: String(fault.reason) };
  }
  return { kind: 'failed', fault };
}
