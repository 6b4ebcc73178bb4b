/** A request that was answered, but not with data. */
export class GraphqlRefusal extends Error {
  override readonly name = 'GraphqlRefusal';
}

export interface GraphqlEndpoint {
  readonly url: string;
  readonly key: string;
}

/** The longest wait that the API accepts is 20 s; it answers well before this. */
const answerMs = 30_000;

export async function ask<Answer>(
  { url, key }: GraphqlEndpoint,
  document: string,
  variables: Readonly<Record<string, unknown>>,
): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: document, variables }),
    signal: AbortSignal.timeout(answerMs),
  });
  const text = await response.text();
  const answer = parse<Answer>(text);
  if (answer?.data === undefined || answer.data === null || answer.errors !== undefined) {
    const reason = answer?.errors?.map(({ message }) => message).join('; ') ?? text.slice(0, 500);
    throw new GraphqlRefusal(`${url} answered ${response.status}: ${reason}`);
  }
  return answer.data;
}

interface GraphqlAnswer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly { readonly message: string }[];
}

function parse<Data>(text: string): GraphqlAnswer<Data> | undefined {
  try {
    return JSON.parse(text) as GraphqlAnswer<Data>;
  } catch {
    return undefined;
  }
}
