import { Inject, Injectable } from '@nestjs/common';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Ids } from '#domain';
import type { Logger } from '#observability';
import { IDS, LOGGER } from '#runtime';
import { maskError } from '../graphql/errors/mask-error.ts';

/** Errors as clients see them over a socket: the same as over HTTP, each with an id under which our log has it. */
@Injectable()
export class SocketErrors {
  constructor(
    @Inject(IDS) private readonly ids: Ids,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  shown(errors: readonly GraphQLError[]): GraphQLFormattedError[] {
    return errors.map((error) => {
      const requestId = this.ids.next('req');
      const cause = causeOf(error);
      const { shown, fault } = maskError(cause.toJSON(), cause, requestId);
      if (fault === 'away') this.logger.warn({ err: cause, requestId }, 'could not go on with a subscription for now');
      if (fault === 'bug') this.logger.error({ err: cause, requestId }, 'a subscription failed');
      return shown;
    });
  }
}

/** The protocol wraps what kept a subscription from beginning, without a path; our own errors are under it. */
function causeOf(error: GraphQLError): GraphQLError {
  const { originalError, path } = error;
  return path === undefined && originalError instanceof GraphQLError ? originalError : error;
}
