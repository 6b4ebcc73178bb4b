import { ApolloDriver, type ApolloDriverAsyncConfig, type ApolloDriverConfig } from '@nestjs/apollo';
import type { Type } from '@nestjs/common';
import { AdminGate } from '../auth/admin-gate.ts';
import type { AdmittedRequest } from '../auth/principal.ts';
import { maskError } from '../graphql/errors/mask-error.ts';
import { currentRequestId } from '../graphql/errors/request-identity.ts';
import { costPlugin } from '../graphql/limits/cost-plugin.ts';
import { operationLimits, parseLimits } from '../graphql/limits/execution-limits.ts';
import type { Ids } from '#domain';
import type { Logger } from '#observability';
import { IDS, LOGGER } from '#runtime';
import { adminSchemaOptions, finishAdminSchema } from './admin-schema.ts';

interface IncomingRequest extends AdmittedRequest {
  readonly headers: { readonly authorization?: string };
}

/** Apollo as it serves administration: of the resolvers of one module, and within the limits of the merchant API. */
export function adminGraphql(resolversIn: Type): ApolloDriverAsyncConfig {
  return {
    driver: ApolloDriver,
    inject: [AdminGate, IDS, LOGGER],
    useFactory: (gate: AdminGate, ids: Ids, logger: Logger): Omit<ApolloDriverConfig, 'driver'> => ({
      path: '/admin/graphql',
      include: [resolversIn],
      autoSchemaFile: true,
      buildSchemaOptions: adminSchemaOptions,
      transformSchema: finishAdminSchema,
      introspection: true,
      graphiql: false,
      persistedQueries: false,
      allowBatchedHttpRequests: false,
      csrfPrevention: true,
      autoTransformHttpErrors: false,
      includeStacktraceInErrorResponses: false,
      parseOptions: parseLimits,
      validationRules: [...operationLimits],
      plugins: [costPlugin],
      stopOnApplicationShutdown: true,
      context: (req: IncomingRequest) => {
        gate.admit(req, req.headers.authorization);
        return { req };
      },
      formatError: (formatted, thrown) => {
        const requestId = currentRequestId() ?? ids.next('req');
        const { shown, fault } = maskError(formatted, thrown, requestId);
        if (fault !== 'client') logger.error({ err: thrown, requestId }, 'could not answer an admin');
        return shown;
      },
    }),
  };
}
