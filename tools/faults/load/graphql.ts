import type { Answer } from './history.ts';

/** Above the longest wait that is asked for: a client has to give up some time, too. */
const patienceMs = 8_000;

export interface GraphqlAnswer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
  readonly extensions?: { readonly idempotency?: { readonly replayed: boolean } };
}

/** What the payload of every mutation says about refusals. */
export interface Refusable {
  readonly userErrors: readonly { readonly code: string; readonly message: string }[];
}

/** Where is asked, and as whom. */
export interface Door {
  readonly url: string;
  readonly key: string;
}

/** Throws when nobody answers, in time and in JSON. */
export async function ask<Data>({ url, key }: Door, query: string, variables: object): Promise<GraphqlAnswer<Data>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(patienceMs),
  });
  return (await response.json()) as GraphqlAnswer<Data>;
}

/** What a mutation was answered with when it was not accepted: refused, turned away, or nothing that says either. */
export function unaccepted({ data, errors }: GraphqlAnswer<{ outcome: Refusable | null }>): Answer {
  const outcome = data?.outcome;
  if (outcome === undefined || outcome === null) {
    const code = errors?.[0]?.extensions?.code ?? 'no data';
    const message = errors?.[0]?.message ?? '';
    return code === 'OVERLOADED' ? { kind: 'turned_away' } : { kind: 'unknown', because: `${code}: ${message}` };
  }
  const [refusal] = outcome.userErrors;
  return refusal === undefined
    ? { kind: 'unknown', because: 'neither payment nor refusal' }
    : { kind: 'refused', code: refusal.code, message: refusal.message };
}

/** Why nobody answered. */
export function silence(fault: unknown): Answer {
  return { kind: 'unknown', because: reasonOf(fault) };
}

function reasonOf(fault: unknown): string {
  if (!(fault instanceof Error)) return String(fault);
  const { cause } = fault;
  return cause instanceof Error && 'code' in cause ? `${fault.message}: ${String(cause.code)}` : fault.message;
}
