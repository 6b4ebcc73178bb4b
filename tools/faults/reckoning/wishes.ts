import type { Call, Mutation } from '../load/history.ts';

/** All that was asked under one key: one wish of the client. */
export interface Wish {
  readonly key: string;
  readonly mutation: Mutation;
  readonly input: Call['input'];
  readonly calls: readonly Call[];
}

export function wishesIn(history: readonly Call[]): Wish[] {
  return [...Map.groupBy(history, (call) => `${call.mutation} ${call.key}`).values()].map(wishOf);
}

function wishOf(calls: readonly Call[]): Wish {
  const [first] = calls;
  if (first === undefined) throw new Error('a wish has at least one call');
  return { key: first.key, mutation: first.mutation, input: first.input, calls };
}

export function acceptedIn({ calls }: Wish): Extract<Call['answer'], { kind: 'accepted' }> | undefined {
  for (const { answer } of calls) if (answer.kind === 'accepted') return answer;
  return undefined;
}

/** Nobody knows: it may have been done, once. */
export function isOpen({ calls }: Wish): boolean {
  return calls.some(({ answer }) => answer.kind === 'unknown') && !calls.some(({ answer }) => isDefinite(answer));
}

export function isDefinite({ kind }: Call['answer']): boolean {
  return kind === 'accepted' || kind === 'refused';
}
