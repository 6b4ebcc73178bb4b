import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Ids } from '#domain';
import { IDS } from '#runtime';
import { identifyRequests } from './graphql/errors/request-identity.ts';

/** What the API needs beside its modules, before it listens. */
export function prepareApi(app: NestFastifyApplication): void {
  identifyRequests(app, app.get<Ids>(IDS));
}
