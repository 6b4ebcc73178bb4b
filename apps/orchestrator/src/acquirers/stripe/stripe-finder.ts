import type { Stripe } from 'stripe';
import { uuidOf, type AttemptId, type Clock } from '#domain';
import type { FindAnswer } from '../acquirer.ts';
import { attemptAnswer, refundAnswer } from './stripe-answers.ts';
import { metadataNames, readIntent, readRefund } from './stripe-objects.ts';
import type { RecentCall, RecentCalls } from './recent-calls.ts';

/** The clocks of two companies agree within this. */
const clockSkewSeconds = 60;

/** A call is made within seconds after its attempt was written down, unless the attempt has to wait in line. */
const sentWithinSeconds = 24 * 60 * 60;

const pageSize = 100;
/** 1 000 objects, the newest within the window first: what was asked just now is among them on any account. */
const pagesMax = 10;

/** Stripe names a minute until search shows what is new, and more while something is wrong there. */
const searchDelayMs = 30 * 60_000;

/** Undefined: nothing there. */
type Found = FindAnswer | undefined;

/**
 * Finds what became of an attempt by its key. Search shows everything that an intent carries, but late; lists show at
 * once what was made in a span of time. Nothing is said to be nowhere until both could have shown it.
 */
export class StripeFinder {
  private readonly stripe: Stripe;
  private readonly recent: RecentCalls;
  private readonly clock: Clock;

  constructor(stripe: Stripe, recent: RecentCalls, clock: Clock) {
    this.stripe = stripe;
    this.recent = recent;
    this.clock = clock;
  }

  async find(key: AttemptId): Promise<FindAnswer> {
    const call = this.recent.get(key);
    if (call === undefined) return this.everywhere(key);
    return (await this.where(call, key)) ?? { type: 'nothing_found' };
  }

  private async where({ operation, authorization }: RecentCall, key: AttemptId): Promise<Found> {
    if (authorization === null) return this.inIntents(key, createdWindowOf(key));
    if (operation === 'refund') return this.inRefunds(key, { payment_intent: authorization });
    return this.inIntent(authorization, key);
  }

  private async everywhere(key: AttemptId): Promise<FindAnswer> {
    const created = createdWindowOf(key);
    const looks = await Promise.allSettled([
      this.bySearch(key),
      this.inIntents(key, created),
      this.inRefunds(key, { created }),
    ]);
    const [found] = looks.flatMap((look) => (look.status === 'fulfilled' && look.value ? [look.value] : []));
    if (found !== undefined) return found;
    const broken = looks.find((look) => look.status === 'rejected');
    if (broken !== undefined) return { type: 'unknown', reason: `could not look everywhere: ${String(broken.reason)}` };
    // Lists show an authorization or a refund at once, but of anything else only search can tell.
    return this.searchShows(key)
      ? { type: 'nothing_found' }
      : { type: 'unknown', reason: 'Stripe’s search may not show it yet' };
  }

  private async bySearch(key: AttemptId): Promise<Found> {
    const query = `metadata["${metadataNames.key}"]:"${key}" OR -metadata["${key}"]:null`;
    const [hit] = (await this.stripe.paymentIntents.search({ query, limit: 1 })).data;
    // What search shows may be old; the intent itself is not.
    return hit === undefined ? undefined : this.inIntent(hit.id, key);
  }

  private async inIntent(id: string, key: AttemptId): Promise<FindAnswer> {
    return attemptAnswer(readIntent(await this.stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] })), key);
  }

  private async inIntents(key: AttemptId, created: Stripe.RangeQueryParam): Promise<Found> {
    const intent = await this.through(
      (page) => this.stripe.paymentIntents.list({ created, expand: ['data.latest_charge'], ...page }),
      key,
      this.searchShows(key),
    );
    return intent === undefined ? undefined : attemptAnswer(readIntent(intent), key);
  }

  private async inRefunds(key: AttemptId, where: Stripe.RefundListParams): Promise<Found> {
    const refund = await this.through((page) => this.stripe.refunds.list({ ...where, ...page }), key, false);
    return refund === undefined ? undefined : refundAnswer(readRefund(refund));
  }

  /** Walks a list until an object carries the key. */
  private async through<T extends { id: string; metadata: Stripe.Metadata | null }>(
    read: (page: Stripe.PaginationParams) => Promise<Stripe.ApiList<T>>,
    key: AttemptId,
    searchKnows: boolean,
  ): Promise<T | undefined> {
    let after: string | undefined;
    for (let page = 0; page < pagesMax; page += 1) {
      const { data, has_more: more } = await read({
        limit: pageSize,
        ...(after === undefined ? {} : { starting_after: after }),
      });
      const hit = data.find(({ metadata }) => metadata?.[metadataNames.key] === key);
      after = data.at(-1)?.id;
      if (hit !== undefined || !more || after === undefined) return hit;
    }
    if (searchKnows) return undefined;
    throw new Error('more was made at Stripe in that time than we look through');
  }

  private searchShows(key: AttemptId): boolean {
    return this.clock.now().getTime() - writtenAtMs(key) > searchDelayMs;
  }
}

/** When the attempt was written down: its id begins with the milliseconds since 1970. */
function writtenAtMs(key: AttemptId): number {
  return Number.parseInt(uuidOf(key).replaceAll('-', '').slice(0, 12), 16);
}

function createdWindowOf(key: AttemptId): { gte: number; lte: number } {
  const writtenAt = Math.floor(writtenAtMs(key) / 1_000);
  return { gte: writtenAt - clockSkewSeconds, lte: writtenAt + sentWithinSeconds };
}
