import { createWriteStream, type WriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { finished } from 'node:stream/promises';

/** What merchants ask for, with a key. */
export type MerchantMutation =
  | 'createPayment'
  | 'capturePayment'
  | 'increaseAuthorization'
  | 'voidPayment'
  | 'refundPayment'
  | 'submitDisputeEvidence';

/** People decide without one. */
export type Mutation = MerchantMutation | 'decideReview';

export type Answer =
  /** `operationId` is that of the capture, increase, refund or dispute. */
  | { readonly kind: 'accepted'; readonly paymentId: string; readonly operationId: string | null }
  /** The refusal as it was told. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  /** OVERLOADED: the API promises that nothing was done or remembered. */
  | { readonly kind: 'turned_away' }
  /** The connection was lost, or the answer says that it does not know: done or not done. */
  | { readonly kind: 'unknown'; readonly because: string };

/** One request as its client saw it. Requests with the same key are one wish; a decision's key is known to its person alone. */
export interface Call {
  /** Milliseconds since 1970, by the client's clock. */
  readonly askedAt: number;
  readonly answeredAt: number;
  /** Which API was asked: 0 or 1. */
  readonly api: number;
  readonly mutation: Mutation;
  readonly key: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly answer: Answer;
  readonly replayed: boolean;
}

/** What the client did and what it was told, one line of JSON each: the only witness of promises. */
export class History {
  readonly file: string;
  private readonly stream: WriteStream;
  private readonly newest: Call[] = [];
  private calls = 0;

  constructor(file: string) {
    this.file = file;
    this.stream = createWriteStream(file);
  }

  add(call: Call): void {
    this.calls += 1;
    this.newest.push(call);
    this.stream.write(`${JSON.stringify(call)}\n`);
  }

  get length(): number {
    return this.calls;
  }

  /** Those that ended since it was asked last. */
  takeNewest(): readonly Call[] {
    return this.newest.splice(0);
  }

  async close(): Promise<void> {
    this.stream.end();
    await finished(this.stream);
  }
}

export async function readHistory(file: string): Promise<Call[]> {
  const text = await readFile(file, 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Call);
}
