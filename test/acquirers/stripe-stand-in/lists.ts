import { invalid } from './errors.ts';
import { textOf, textsOf, wholeOf, type Form } from './form.ts';
import type { Ledger } from './ledger.ts';
import type { Intent, Refund } from './objects.ts';

export interface Page<T> {
  readonly object: 'list' | 'search_result';
  readonly url: string;
  readonly data: readonly T[];
  readonly has_more: boolean;
}

export function listIntents(ledger: Ledger, form: Form): Page<Intent> {
  return pageOf([...ledger.intents.values()], form, '/v1/payment_intents');
}

export function listRefunds(ledger: Ledger, form: Form): Page<Refund> {
  const id = textOf(form, 'payment_intent');
  const refunds = [...ledger.refunds.values()].filter((refund) => id === undefined || refund.payment_intent === id);
  return pageOf(refunds, form, '/v1/refunds');
}

/** Search sees the metadata of a while ago; what it then shows of an intent is just as old. */
export function searchIntents(ledger: Ledger, form: Form, delayMs: number): Page<Intent> {
  const matches = matcherOf(textOf(form, 'query') ?? '');
  const data = [...ledger.intents.values()].flatMap((intent) => {
    const metadata = ledger.metadataAsOf(intent, delayMs);
    return metadata !== undefined && matches(metadata) ? [{ ...intent, metadata }] : [];
  });
  const limit = wholeOf(form, 'limit') ?? 10;
  const has_more = data.length > limit;
  return { object: 'search_result', url: '/v1/payment_intents/search', data: data.slice(0, limit), has_more };
}

/** Newest first, as all lists of Stripe are. */
function pageOf<T extends { id: string; created: number }>(all: readonly T[], form: Form, url: string): Page<T> {
  const { gte = '0', lte = 'Infinity' } = textsOf(form, 'created');
  const newestFirst = all.filter(({ created }) => created >= Number(gte) && created <= Number(lte)).toReversed();
  const after = newestFirst.findIndex(({ id }) => id === textOf(form, 'starting_after'));
  const rest = newestFirst.slice(after + 1);
  const limit = wholeOf(form, 'limit') ?? 10;
  return { object: 'list', url, data: rest.slice(0, limit), has_more: rest.length > limit };
}

const clausePattern = /^(-?)metadata\["([^"]+)"\]:(?:"([^"]*)"|null)$/;

/** The part of the query language that is asked here: metadata by value and by presence, joined by OR. */
function matcherOf(query: string): (metadata: Record<string, string>) => boolean {
  const clauses = query.split(' OR ').map((clause) => {
    const match = clausePattern.exec(clause.trim());
    if (match === null) throw invalid(`We were unable to parse your search query: ${clause}`, { param: 'query' });
    const [, minus, name = '', value] = match;
    return (metadata: Record<string, string>): boolean => {
      const holds = value === undefined ? metadata[name] === undefined : metadata[name] === value;
      return holds !== (minus === '-');
    };
  });
  return (metadata) => clauses.some((clause) => clause(metadata));
}
