import { unwrapResolverError } from '@apollo/server/errors';
import { HttpException, HttpStatus } from '@nestjs/common';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { Overloaded } from '../../use-cases/intake-gate.ts';

/** What clients may see of an error, and whether our log should hear of it. */
export interface MaskedError {
  readonly shown: GraphQLFormattedError;
  /**
   * `client`: their request is at fault. `load`: there is too much to do. `away`: something is unreachable for now. `bug`: our
   * own fault.
   */
  readonly fault: 'client' | 'load' | 'away' | 'bug';
}

/** Codes of errors that GraphQL, Apollo or our own doors write for clients; their messages are meant to be read. */
const codesForClients: ReadonlySet<unknown> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'UNAUTHENTICATED',
  'FORBIDDEN',
]);

const codeOfHttpStatus: Readonly<Record<number, string>> = {
  [HttpStatus.BAD_REQUEST]: 'BAD_USER_INPUT',
  [HttpStatus.UNAUTHORIZED]: 'UNAUTHENTICATED',
  [HttpStatus.FORBIDDEN]: 'FORBIDDEN',
};

/** Extensions that clients may see, besides the code. */
const extensionsShown = ['argument', 'limit', 'actual'] as const;

export const overloadedCode = 'OVERLOADED';

const overloadedSentence =
  'There is more to do just now than can be done in time. Nothing was changed: try again after retryAfterMs, with the same idempotency key.';
const awaySentence =
  'Something that this needs cannot be reached right now. Nothing is lost: try again, with the same idempotency key.';
const bugSentence = 'Something went wrong on our side. Tell us the requestId, and we find what it was.';

/** Shows clients what they can act on, and nothing of our insides: no stack, no message that was not written for them. */
export function maskError(formatted: GraphQLFormattedError, thrown: unknown, requestId: string): MaskedError {
  const original = unwrapResolverError(thrown);
  const { locations, path } = formatted;
  const show = (message: string, extensions: object): GraphQLFormattedError => ({
    message,
    ...(locations === undefined ? {} : { locations }),
    ...(path === undefined ? {} : { path }),
    extensions: { ...extensions, requestId },
  });

  const code = clientCodeOf(original, formatted);
  if (code !== undefined) {
    const message = original instanceof HttpException ? original.message : formatted.message;
    return { shown: show(message, { code, ...shownOf(formatted.extensions) }), fault: 'client' };
  }
  if (original instanceof Overloaded) {
    const { retryAfterMs } = original;
    return { shown: show(overloadedSentence, { code: overloadedCode, retryable: true, retryAfterMs }), fault: 'load' };
  }
  return isAway(original)
    ? { shown: show(awaySentence, { code: 'UNAVAILABLE', retryable: true }), fault: 'away' }
    : { shown: show(bugSentence, { code: 'INTERNAL_SERVER_ERROR' }), fault: 'bug' };
}

/** Undefined for everything that is not the client's to mend. */
function clientCodeOf(original: unknown, formatted: GraphQLFormattedError): string | undefined {
  if (original instanceof HttpException) return codeOfHttpStatus[original.getStatus()];
  if (!(original instanceof GraphQLError)) return undefined;
  const code = formatted.extensions?.['code'];
  return codesForClients.has(code) ? String(code) : undefined;
}

function shownOf(extensions: Readonly<Record<string, unknown>> = {}): object {
  return Object.fromEntries(
    extensionsShown.filter((name) => name in extensions).map((name) => [name, extensions[name]]),
  );
}

/** Faults of database and broker say of themselves whether the same request may succeed later. */
function isAway(original: unknown): boolean {
  // A fault that came up before there was a field to blame arrives in a wrapping.
  const fault = original instanceof GraphQLError ? original.originalError : original;
  return fault instanceof Error && 'retryable' in fault && fault.retryable === true;
}
