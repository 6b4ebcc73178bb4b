import { accept } from './accept/accept.ts';
import type { BenchStack } from './bench-stack.ts';
import { books } from './books/books.ts';
import type { Measurement } from './figures/measurement.ts';
import { growth } from './growth/growth.ts';
import { commitToStream } from './relay/commit-to-stream.ts';
import { relay } from './relay/relay.ts';
import { saga } from './saga/saga.ts';
import { routing } from './routing/routing.ts';
import { waitForCapture } from './wait/wait-for-capture.ts';
import { whole } from './whole/whole.ts';

export interface Part {
  readonly title: string;
  measure(stages: Stages): Promise<Measurement[]>;
}

/** What a part is measured on. Each gets a new one, so that no part pays for what another has left. */
export interface Stages {
  withStack(measure: (stack: BenchStack) => Promise<Measurement[]>): Promise<Measurement[]>;
}

const sizes = [10_000, 1_000_000];

/** In the order in which they run. Those that bring nothing up come first, while nothing else runs. */
export const parts = {
  routing: { title: 'choosing an acquirer, in process', measure: () => Promise.resolve(routing()) },
  wait: { title: 'from mutation to CAPTURED', measure: (on) => on.withStack(waitForCapture) },
  accept: { title: 'accepting payments, against its peers', measure: (on) => on.withStack(accept) },
  whole: { title: 'the whole way of a payment, everything running', measure: (on) => on.withStack(whole) },
  saga: { title: 'from created to captured, against DBOS', measure: (on) => on.withStack(saga) },
  books: { title: 'posting journals', measure: (on) => on.withStack(books) },
  relay: { title: 'carrying the log to the stream, against its peers', measure: (on) => on.withStack(relay) },
  stream: { title: 'from commit to stream, everything running', measure: (on) => on.withStack(commitToStream) },
  growth: { title: 'accepting and listing while tables grow', measure: (on) => on.withStack(growth(sizes)) },
  /** Takes ten minutes and 20 GB, so it runs when it is asked for. */
  'large-growth': {
    title: 'the same up to five million payments',
    measure: (on) => on.withStack(growth([...sizes, 5_000_000])),
  },
} as const satisfies Readonly<Record<string, Part>>;

export type PartName = keyof typeof parts;
export const partNames = Object.keys(parts) as PartName[];
/** What runs when nothing is named. */
export const usualParts = partNames.filter((name) => name !== 'large-growth');
