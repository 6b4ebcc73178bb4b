import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { GraphQLModule, GraphQLSchemaHost } from '@nestjs/graphql';
import type { Ids } from '#domain';
import type { Logger } from '#observability';
import { IDS, LOGGER } from '#runtime';
import { MerchantGate } from '../auth/merchant-gate.ts';
import { ReadersModule } from '../readers/readers.module.ts';
import { FollowersModule } from '../subscriptions/followers.module.ts';
import { OperationAdmission } from '../subscriptions/operation-admission.ts';
import { SocketErrors } from '../subscriptions/socket-errors.ts';
import { SubscriptionProtocol } from '../subscriptions/subscription-protocol.ts';
import { SubscriptionServer } from '../subscriptions/subscription-server.ts';
import { UseCasesModule } from '../use-cases/use-cases.module.ts';
import { PUBLIC_URL } from '../docs/docs-url.ts';
import { UnreadableRequestFilter } from './errors/unreadable-request.filter.ts';
import { UserErrors } from './errors/user-errors.ts';
import { MerchantContexts } from './merchant-context.ts';
import { merchantDriverOptions, type MerchantGraphqlOptions } from './merchant-driver-options.ts';
import { merchantResolvers } from './merchant-schema.ts';
import { AnswerPresenter } from './presenters/answer.presenter.ts';

@Module({ imports: [ReadersModule], providers: [MerchantContexts], exports: [MerchantContexts] })
class MerchantContextModule {}

export interface MerchantGraphqlModuleOptions extends MerchantGraphqlOptions {
  /** Where this API is reached, for links. */
  readonly publicUrl: string;
}

/** The merchant API: POST /graphql. */
@Module({})
export class MerchantGraphqlModule {
  static with(options: MerchantGraphqlModuleOptions): DynamicModule {
    return {
      module: MerchantGraphqlModule,
      imports: [
        FollowersModule,
        MerchantContextModule,
        ReadersModule,
        UseCasesModule,
        GraphQLModule.forRootAsync<ApolloDriverConfig>({
          driver: ApolloDriver,
          imports: [MerchantContextModule],
          inject: [MerchantGate, MerchantContexts, IDS, LOGGER],
          useFactory: (gate: MerchantGate, contexts: MerchantContexts, ids: Ids, logger: Logger) =>
            merchantDriverOptions(MerchantGraphqlModule, options, { gate, contexts, ids, logger }),
        }),
      ],
      providers: [
        { provide: PUBLIC_URL, useValue: options.publicUrl },
        UserErrors,
        AnswerPresenter,
        { provide: APP_FILTER, useClass: UnreadableRequestFilter },
        ...merchantResolvers,
        {
          provide: OperationAdmission,
          useFactory: (host: GraphQLSchemaHost) => new OperationAdmission(host, !options.introspection),
          inject: [GraphQLSchemaHost],
        },
        SocketErrors,
        SubscriptionProtocol,
        SubscriptionServer,
      ],
    };
  }
}
