import { Catch, HttpException, type ArgumentsHost } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import type { GraphQLFormattedError } from 'graphql';
import { currentRequestId } from './request-identity.ts';

interface Reply {
  code(status: number): Reply;
  send(body: object): unknown;
}

const graphqlPath = /^\/(?:admin\/)?graphql(?:$|[?/])/;

/**
 * A request that never became one of GraphQL, because its body is too large or not what its type says, is refused in the
 * form that GraphQL clients read.
 */
@Catch(HttpException)
export class UnreadableRequestFilter extends BaseExceptionFilter {
  override catch(exception: HttpException, host: ArgumentsHost): void {
    // What resolvers throw is Apollo's to answer.
    if (host.getType() !== 'http') throw exception;
    const http = host.switchToHttp();
    if (!graphqlPath.test(http.getRequest<{ readonly url: string }>().url)) {
      super.catch(exception, host);
      return;
    }
    const error: GraphQLFormattedError = {
      message: exception.message,
      extensions: { code: 'BAD_REQUEST', requestId: currentRequestId() },
    };
    http
      .getResponse<Reply>()
      .code(exception.getStatus())
      .send({ errors: [error] });
  }
}
