import { Catch, HttpException, type ArgumentsHost } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import type { GraphQLFormattedError } from 'graphql';
import { currentRequestId } from './request-identity.ts';

interface Reply {
  code(status: number): Reply;
  send(body: object): unknown;
}

/**
 * A request that never became one of GraphQL, because its body is too large or not what its type says, is refused in the
 * form that GraphQL clients read.
 */
@Catch()
export class UnreadableRequestFilter extends BaseExceptionFilter {
  override catch(exception: unknown, host: ArgumentsHost): void {
    // What resolvers throw is Apollo's to answer and `formatError`'s to log; Nest would log every mistake of a client.
    if (host.getType() !== 'http') throw exception;
    const http = host.switchToHttp();
    if (!(exception instanceof HttpException) || !isForGraphql(http.getRequest())) {
      // oxlint-disable-next-line promise/valid-params -- Nest's method, not a promise's
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

function isForGraphql({ url }: { readonly url: string }): boolean {
  return /^\/(?:admin\/)?graphql(?:$|[?/])/.test(url);
}
