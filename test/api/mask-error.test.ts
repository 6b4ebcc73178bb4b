import { BadRequestException, ForbiddenException, ServiceUnavailableException } from '@nestjs/common';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { describe, expect, test } from 'vitest';
import { maskError } from '../../apps/api/src/graphql/errors/mask-error.ts';
import { ServiceUnavailable } from '#messaging';
import { CommitOutcomeUnknown, DatabaseFault } from '#persistence';

/** As Apollo hands it over: what a resolver threw is wrapped, and formatted with a code of Apollo's. */
function masked(original: Error, code = 'INTERNAL_SERVER_ERROR'): ReturnType<typeof maskError> {
  const thrown = new GraphQLError(original.message, { path: ['payment'], originalError: original });
  return maskError({ ...thrown.toJSON(), extensions: { code, stacktrace: ['at secret.ts:1'] } }, thrown, 'req_1');
}

/** As graphql-js raises it by itself. */
function maskedOwn(message: string, code: string): ReturnType<typeof maskError> {
  const thrown = new GraphQLError(message, { extensions: { code } });
  const formatted: GraphQLFormattedError = { message, extensions: { code } };
  return maskError(formatted, thrown, 'req_1');
}

describe('what a client is shown', () => {
  test.each([
    ['a bug', new TypeError('cannot read x of undefined'), 'INTERNAL_SERVER_ERROR', 'bug'],
    [
      'a constraint of the database',
      Object.assign(new Error('duplicate key'), { code: '23505' }),
      'INTERNAL_SERVER_ERROR',
      'bug',
    ],
    [
      'a fault that no retry mends',
      new DatabaseFault('disk', { retryable: false, cause: null }),
      'INTERNAL_SERVER_ERROR',
      'bug',
    ],
    [
      'a fault that a retry mends',
      new DatabaseFault('deadlock', { retryable: true, cause: null }),
      'UNAVAILABLE',
      'away',
    ],
    ['a commit of unknown outcome', new CommitOutcomeUnknown(null), 'UNAVAILABLE', 'away'],
    ['a service that is away', new ServiceUnavailable('NATS'), 'UNAVAILABLE', 'away'],
    [
      'an HTTP status that we never answer ourselves',
      new ServiceUnavailableException('inside'),
      'INTERNAL_SERVER_ERROR',
      'bug',
    ],
  ])('of %s is no word of it', (_, original, code, fault) => {
    const { shown, fault: found } = masked(original);
    expect(found).toBe(fault);
    expect(shown).toEqual({
      message: expect.any(String),
      path: ['payment'],
      extensions: { code, requestId: 'req_1', ...(code === 'UNAVAILABLE' ? { retryable: true } : {}) },
    });
    expect(shown.message).not.toContain(original.message);
  });

  test('of an error that dresses up as one for clients is no word either', () => {
    const { shown } = masked(new Error('password=1'), 'BAD_USER_INPUT');
    expect(shown).toMatchObject({ extensions: { code: 'INTERNAL_SERVER_ERROR' } });
    expect(shown.message).not.toContain('password');
  });

  test('of a promise of the schema that we broke is no word', () => {
    const { shown, fault } = maskedOwn(
      'Cannot return null for non-nullable field Payment.secret.',
      'INTERNAL_SERVER_ERROR',
    );
    expect(fault).toBe('bug');
    expect(shown.message).not.toContain('secret');
  });

  test.each(['BAD_USER_INPUT', 'GRAPHQL_VALIDATION_FAILED', 'UNAUTHENTICATED'])(
    'of %s is all that was said',
    (code) => {
      expect(maskedOwn('First things first.', code)).toEqual({
        shown: { message: 'First things first.', extensions: { code, requestId: 'req_1' } },
        fault: 'client',
      });
    },
  );

  test.each([
    [new BadRequestException('Not like this.'), 'BAD_USER_INPUT'],
    [new ForbiddenException('Not for you.'), 'FORBIDDEN'],
  ])('of a refusal by HTTP status is its sentence', (original, code) => {
    expect(masked(original).shown).toMatchObject({
      message: original.message,
      extensions: { code, requestId: 'req_1' },
    });
  });
});
