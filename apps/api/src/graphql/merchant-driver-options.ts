import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import type { ApolloDriverConfig } from '@nestjs/apollo';
import type { GraphQLFormattedError } from 'graphql';
import type { Type } from '@nestjs/common';
import type { Ids } from '#domain';
import type { Logger } from '#observability';
import { MerchantGate } from '../auth/merchant-gate.ts';
import type { AdmittedRequest } from '../auth/principal.ts';
import { maskError } from './errors/mask-error.ts';
import { overloadPlugin } from './errors/overload-plugin.ts';
import { currentRequestId } from './errors/request-identity.ts';
import { idempotencyPlugin } from './idempotency-plugin.ts';
import { costPlugin } from './limits/cost-plugin.ts';
import { operationLimits, parseLimits } from './limits/execution-limits.ts';
import type { MerchantContext, MerchantContexts } from './merchant-context.ts';
import { finishMerchantSchema, merchantSchemaOptions } from './merchant-schema.ts';

interface IncomingRequest extends AdmittedRequest {
  readonly headers: { readonly authorization?: string };
}

export interface MerchantDriverParts {
  readonly gate: MerchantGate;
  readonly contexts: MerchantContexts;
  readonly ids: Ids;
  readonly logger: Logger;
}

export interface MerchantGraphqlOptions {
  /** Whether clients may ask for the schema. */
  readonly introspection: boolean;
}

/** How Apollo serves the merchant API. What is not said here is Apollo's default: no batches, CSRF prevention on. */
export function merchantDriverOptions(
  resolversIn: Type,
  options: MerchantGraphqlOptions,
  { gate, contexts, ids, logger }: MerchantDriverParts,
): Omit<ApolloDriverConfig, 'driver'> {
  return {
    path: '/graphql',
    include: [resolversIn],
    autoSchemaFile: true,
    buildSchemaOptions: merchantSchemaOptions,
    transformSchema: finishMerchantSchema,
    graphiql: false,
    introspection: options.introspection,
    hideSchemaDetailsFromClientErrors: !options.introspection,
    persistedQueries: false,
    allowBatchedHttpRequests: false,
    csrfPrevention: true,
    includeStacktraceInErrorResponses: false,
    parseOptions: parseLimits,
    validationRules: [...operationLimits],
    // Answers about money are never cached, and the plugin that says for how long wraps every field of every answer.
    plugins: [ApolloServerPluginCacheControlDisabled(), costPlugin, idempotencyPlugin, overloadPlugin],
    autoTransformHttpErrors: false,
    // Later than the default: replies that are still held are answered before Apollo stops.
    stopOnApplicationShutdown: true,
    context: async (request: IncomingRequest): Promise<MerchantContext> => {
      const { merchantId } = await gate.admit(request, request.headers.authorization);
      return contexts.of(request, merchantId);
    },
    formatError: (formatted: GraphQLFormattedError, thrown: unknown) => {
      const requestId = currentRequestId() ?? ids.next('req');
      const { shown, fault } = maskError(formatted, thrown, requestId);
      if (fault === 'away') logger.warn({ err: thrown, requestId }, 'could not answer a request for now');
      if (fault === 'bug') logger.error({ err: thrown, requestId }, 'could not answer a request');
      return shown;
    },
  };
}
