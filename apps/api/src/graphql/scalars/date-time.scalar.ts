import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';

/** RFC 3339: date, T, time, offset. Each part has a fixed length, so no input can make the match slow. */
const rfc3339 =
  /^(\d{4})-(\d{2})-(\d{2})T([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

const hint = 'A DateTime is written like "2026-11-21T09:30:00Z": date, T, time and offset (RFC 3339).';

/** A moment. Written in any offset, always answered in UTC. */
export const DateTimeScalar = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description: 'A moment in time as RFC 3339, answered in UTC with milliseconds: `2026-11-21T09:30:00.000Z`.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  serialize(value) {
    if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
    throw new TypeError(`A DateTime is answered from a valid Date, not from ${String(value)}.`);
  },
  parseValue: momentOf,
  parseLiteral: (node: ValueNode) => {
    if (node.kind !== Kind.STRING) throw new GraphQLError(hint, { nodes: node });
    return momentOf(node.value);
  },
});

function momentOf(value: unknown): Date {
  if (typeof value !== 'string') throw new GraphQLError(hint);
  const match = rfc3339.exec(value);
  if (match === null || !isCalendarDay(match)) throw new GraphQLError(hint);
  // A leap second is the last moment of its minute: JavaScript has no 60th second.
  const moment = new Date(match[6] === '60' ? value.replace(/:60(?=[.Z+-])/, ':59') : value);
  if (Number.isNaN(moment.getTime())) throw new GraphQLError(hint);
  return moment;
}

/** `Date` turns 30 February into 2 March; a client that writes it has another day in mind. */
function isCalendarDay([, year, month, day]: RegExpExecArray): boolean {
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return Number(month) >= 1 && date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}
