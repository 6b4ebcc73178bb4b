import { Inject, Injectable } from '@nestjs/common';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import type { ExecutionArgs, GraphQLError, GraphQLFormattedError } from 'graphql';
import { makeServer, type ConnectionInitMessage, type Context, type Server } from 'graphql-ws';
import { invariant, type Ids } from '#domain';
import type { Logger } from '#observability';
import { IDS, LOGGER } from '#runtime';
import type { MerchantPrincipal } from '../auth/principal.ts';
import { MerchantKeys } from '../auth/merchant-keys.ts';
import { maskError } from '../graphql/errors/mask-error.ts';
import { MerchantContexts, type MerchantContext } from '../graphql/merchant-context.ts';
import type { Connection } from './connection.ts';
import { admitOperation, coded } from './operation-admission.ts';
import { subscribeOperation } from './subscribe-operation.ts';

/** A page shows a handful of things live; a program that follows everything needs one subscription. */
const subscriptionsPerConnectionMax = 50;

/** Long enough for a slow line, short enough that nobody collects silent connections. */
const connectionInitWaitMs = 5_000;

type Parameters = ConnectionInitMessage['payload'];
export type ConnectionContext = Context<Parameters, Connection>;

/** The graphql-transport-ws protocol on our schema: who may connect, what may run, and what clients see of errors. */
@Injectable()
export class SubscriptionProtocol {
  constructor(
    private readonly schemaHost: GraphQLSchemaHost,
    private readonly keys: MerchantKeys,
    private readonly contexts: MerchantContexts,
    @Inject(IDS) private readonly ids: Ids,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  serve(): Server<Connection> {
    return makeServer<Parameters, Connection>({
      connectionInitWaitTimeout: connectionInitWaitMs,
      onConnect: (context) => this.authenticate(context),
      onSubscribe: (context, _id, payload) => {
        if (Object.keys(context.subscriptions).length > subscriptionsPerConnectionMax) {
          return [coded('BAD_REQUEST', `One connection holds ${subscriptionsPerConnectionMax} subscriptions at most.`)];
        }
        const admission = admitOperation(this.schemaHost.schema, payload);
        return admission.ok ? { ...admission.args, contextValue: this.contextOf(context.extra) } : admission.errors;
      },
      subscribe: (args) => this.subscribe(args),
      onNext: (_context, _id, _payload, _args, result) =>
        result.errors === undefined ? undefined : { ...result, errors: this.shown(result.errors) },
      onError: (_context, _id, _payload, errors) => this.shown(errors),
    });
  }

  private async authenticate({ extra: connection, connectionParams = {} }: ConnectionContext): Promise<boolean> {
    const parameter = connectionParams['authorization'] ?? connectionParams['Authorization'];
    if (typeof parameter === 'string') connection.authorization = parameter;
    const verified = await this.keys.verify(connection.authorization);
    if (verified.ok) connection.principal = verified.value;
    else connection.refuseKey(verified.error);
    return verified.ok;
  }

  private subscribe(args: ExecutionArgs): ReturnType<typeof subscribeOperation> {
    const { principal } = (args.contextValue as MerchantContext).req;
    invariant(principal?.kind === 'merchant', 'who subscribes has been let in');
    return subscribeOperation(args, () => this.contexts.of({ principal }, principal.merchantId));
  }

  private contextOf({ principal }: Connection): MerchantContext {
    invariant(principal !== undefined, 'who subscribes has been let in');
    return this.contexts.of({ principal } satisfies { principal: MerchantPrincipal }, principal.merchantId);
  }

  private shown(errors: readonly (GraphQLError | GraphQLFormattedError)[]): GraphQLFormattedError[] {
    return errors.map((error) => {
      const requestId = this.ids.next('req');
      const formatted = 'toJSON' in error ? error.toJSON() : error;
      const { shown, fault } = maskError(formatted, error, requestId);
      if (fault !== 'client') this.logger.error({ err: error, requestId }, 'subscription failed');
      return shown;
    });
  }
}
