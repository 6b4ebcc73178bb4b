import type { Attempt, HandOutcome, Payment } from '#domain';
import type { MemoryEvent } from './memory-database.ts';
import type { World } from './world.ts';

/** What a person said of one attempt, as the log tells it. */
interface WordTold {
  readonly attempt: { readonly number: number };
  readonly outcome: HandOutcome;
  readonly reference: string | null;
}

/** Each word that was taken is written, once until a person is called again, and what it says has become of the attempt. */
export function ofItsWords({ people, database }: World, { id }: Payment): string[] {
  const story = database.log.filter(({ paymentId }) => paymentId === id);
  const told = story.filter(({ type }) => type === 'payment.settled_by_hand').map(({ data }) => lineOf(wordIn(data)));
  const said = people.words
    .filter(({ command }) => command.paymentId === id)
    .map(({ command: { attemptNumber: number, outcome, acquirerReference }, answer }) => ({
      line: lineOf({ attempt: { number }, outcome, reference: acquirerReference }),
      wasTaken: answer.ok,
    }));
  const attempts = [...database.tables.attempts.values()].filter(({ paymentId }) => paymentId === id);
  return [
    ...said.filter(({ line, wasTaken }) => wasTaken && !told.includes(line)).map(({ line }) => `${line} is lost`),
    ...told.filter((line) => !said.some((word) => word.line === line)).map((line) => `nobody said ${line}`),
    ...ofItsRepetitions(story),
    ...attempts.flatMap((attempt) => ofItsOutcome(attempt, attempts, story)),
  ];
}

function ofItsRepetitions(story: readonly MemoryEvent[]): string[] {
  const standing = new Set<number>();
  const broken: string[] = [];
  for (const { type, data } of story) {
    const { attempt } = data as { attempt?: { number: number } | null };
    if (!attempt) continue;
    if (type === 'payment.needs_person') standing.delete(attempt.number);
    if (type !== 'payment.settled_by_hand') continue;
    if (standing.has(attempt.number)) broken.push(`there are two words on attempt ${attempt.number}`);
    standing.add(attempt.number);
  }
  return broken;
}

/** The acquirer may have been faster, and an authorization that comes after all is given back; nothing else is possible. */
const endings = {
  approved: ['approved', 'approved_late'],
  release: ['approved', 'approved_late'],
  declined: ['declined', 'approved', 'approved_late'],
  not_done: ['not_sent', 'approved', 'approved_late', 'declined'],
} as const satisfies Record<HandOutcome, readonly Attempt['state'][]>;

function ofItsOutcome(attempt: Attempt, all: readonly Attempt[], story: readonly MemoryEvent[]): string[] {
  const { number, operation, state } = attempt;
  const words = story
    .filter(({ type }) => type === 'payment.settled_by_hand')
    .map(({ data }) => wordIn(data))
    .filter((word) => word.attempt.number === number);
  const isDoneAnew = all.some((later) => later.number > number && later.operation === operation);
  return words.flatMap((word) => {
    const possible: readonly Attempt['state'][] = endings[word.outcome];
    const isForgotten = word.outcome === 'not_done' && state === 'not_sent' && operation !== 'authorize' && !isDoneAnew;
    return [
      ...(possible.includes(state) ? [] : [`${lineOf(word)} was said, and it is ${state}`]),
      ...(isForgotten ? [`${lineOf(word)} was said, and it was not done anew`] : []),
    ];
  });
}

function wordIn(data: MemoryEvent['data']): WordTold {
  return data as unknown as WordTold;
}

function lineOf({ attempt, outcome, reference }: WordTold): string {
  return `attempt ${attempt.number} ${outcome} ${reference ?? ''}`.trim();
}
