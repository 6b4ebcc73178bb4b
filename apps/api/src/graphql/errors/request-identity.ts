import { AsyncLocalStorage } from 'node:async_hooks';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Ids } from '#domain';

const current = new AsyncLocalStorage<string>();

/** What callers may choose themselves: fits into a log line and a header, whatever they mean by it. */
const foreignIdPattern = /^[A-Za-z0-9._-]{8,128}$/;

const requestIdHeader = 'x-request-id';

/**
 * Gives every request an id, the caller's own when it sent a decent one; it stands in the answer's header, in each error and
 * in the log.
 */
export function identifyRequests(app: NestFastifyApplication, ids: Ids): void {
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', (request, reply, done) => {
      const foreign = request.headers[requestIdHeader];
      const id = typeof foreign === 'string' && foreignIdPattern.test(foreign) ? foreign : ids.next('req');
      request.id = id;
      void reply.header(requestIdHeader, id);
      current.run(id, done);
    });
}

/** The id of the request that is being answered; undefined outside of one. */
export function currentRequestId(): string | undefined {
  return current.getStore();
}
