import { Injectable } from '@nestjs/common';
import type { ExecutionArgs } from 'graphql';
import { makeServer, type ConnectionInitMessage, type Context, type Server } from 'graphql-ws';
import { invariant } from '#domain';
import { MerchantKeys } from '../auth/merchant-keys.ts';
import type { Principal } from '../auth/principal.ts';
import { MerchantContexts, type MerchantContext } from '../graphql/merchant-context.ts';
import type { Connection } from './connection.ts';
import { coded, OperationAdmission } from './operation-admission.ts';
import { SocketErrors } from './socket-errors.ts';
import { subscribeOperation } from './subscribe-operation.ts';

/** A page shows a handful of things live; a program that follows everything needs one subscription. */
const subscriptionsPerConnectionMax = 50;

/** Long enough for a slow line, short enough that nobody collects silent connections. */
const connectionInitWaitMs = 5_000;

type Parameters = ConnectionInitMessage['payload'];

/** The graphql-transport-ws protocol on our schema: who may connect, what may run, and what clients see of errors. */
@Injectable()
export class SubscriptionProtocol {
  constructor(
    private readonly keys: MerchantKeys,
    private readonly contexts: MerchantContexts,
    private readonly admission: OperationAdmission,
    private readonly errors: SocketErrors,
  ) {}

  serve(): Server<Connection> {
    return makeServer<Parameters, Connection>({
      connectionInitWaitTimeout: connectionInitWaitMs,
      onConnect: (context) => this.authenticate(context),
      onSubscribe: ({ extra, subscriptions }, _id, payload) => {
        if (Object.keys(subscriptions).length > subscriptionsPerConnectionMax) {
          return [coded('BAD_REQUEST', `One connection holds ${subscriptionsPerConnectionMax} subscriptions at most.`)];
        }
        const admission = this.admission.admit(payload);
        return admission.ok ? { ...admission.args, contextValue: this.contextFor(extra.principal) } : admission.errors;
      },
      subscribe: (args: ExecutionArgs) => {
        const { principal } = (args.contextValue as MerchantContext).req;
        return subscribeOperation(args, () => this.contextFor(principal));
      },
      onNext: (_context, _id, _payload, _args, result) =>
        result.errors === undefined ? undefined : { ...result, errors: this.errors.shown(result.errors) },
      onError: (_context, _id, _payload, errors) => this.errors.shown(errors),
    });
  }

  private async authenticate({ extra, connectionParams = {} }: Context<Parameters, Connection>): Promise<boolean> {
    // Some clients write header names with capitals.
    const parameter = connectionParams['authorization'] ?? connectionParams['Authorization'];
    if (typeof parameter === 'string') extra.authorization = parameter;
    const verified = await this.keys.verify(extra.authorization);
    if (verified.ok) extra.principal = verified.value;
    else extra.refuseKey(verified.error);
    return verified.ok;
  }

  private contextFor(principal: Principal | undefined): MerchantContext {
    invariant(principal?.kind === 'merchant', 'who subscribes has been let in');
    return this.contexts.of({ principal }, principal.merchantId);
  }
}
