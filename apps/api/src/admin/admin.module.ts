import { Module, type DynamicModule } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import { hints, type BreakerHint } from '#contracts';
import { Broker } from '#messaging';
import { BreakerOverrideStore, PerformanceStore, RoutingStore, type Sql } from '#persistence';
import { SQL } from '#runtime';
import { PUBLIC_URL } from '../docs/docs-url.ts';
import { UserErrors } from '../graphql/errors/user-errors.ts';
import { ConnectedAcquirers } from '../use-cases/connected-acquirers.ts';
import { CreateApiKey } from '../use-cases/create-api-key.ts';
import { CreateMerchant } from '../use-cases/create-merchant.ts';
import { DecideReview } from '../use-cases/decide-review.ts';
import { ExplainRoute } from '../use-cases/explain-route.ts';
import { FindApiKeys } from '../use-cases/find-api-keys.ts';
import { FindMerchants } from '../use-cases/find-merchants.ts';
import { FindRouting } from '../use-cases/find-routing.ts';
import { SaveRouting } from '../use-cases/save-routing.ts';
import { HoldBreakers } from '../use-cases/hold-breakers.ts';
import { RevokeApiKey } from '../use-cases/revoke-api-key.ts';
import { SettleAttempt } from '../use-cases/settle-attempt.ts';
import { AcquirerViews } from './acquirer-views.ts';
import { adminGraphql } from './admin-graphql.ts';
import { adminResolvers } from './admin-schema.ts';
import { BooksReader } from './books-reader.ts';
import { Operations } from './operations.ts';
import { ReviewReader } from './review-reader.ts';
import { StuckSagaReader } from './stuck-saga-reader.ts';

const overrideChanged: BreakerHint = { change: 'override' };

/** POST /admin/graphql: a schema of its own for the platform's own people. */
@Module({})
export class AdminModule {
  static with({ publicUrl }: { readonly publicUrl: string }): DynamicModule {
    return {
      module: AdminModule,
      imports: [GraphQLModule.forRootAsync(adminGraphql(AdminModule))],
      providers: [
        { provide: PUBLIC_URL, useValue: publicUrl },
        UserErrors,
        { provide: ConnectedAcquirers, useClass: AcquirerViews },
        BooksReader,
        CreateApiKey,
        CreateMerchant,
        DecideReview,
        ExplainRoute,
        FindApiKeys,
        FindMerchants,
        FindRouting,
        {
          provide: HoldBreakers,
          useFactory: (sql: Sql, acquirers: ConnectedAcquirers, broker: Broker) =>
            new HoldBreakers(new BreakerOverrideStore(sql), acquirers, () =>
              broker.hint(hints.breakerChanged, JSON.stringify(overrideChanged)),
            ),
          inject: [SQL, ConnectedAcquirers, Broker],
        },
        Operations,
        ReviewReader,
        RevokeApiKey,
        SaveRouting,
        { provide: RoutingStore, useFactory: (sql: Sql) => new RoutingStore(sql), inject: [SQL] },
        { provide: PerformanceStore, useFactory: (sql: Sql) => new PerformanceStore(sql), inject: [SQL] },
        SettleAttempt,
        StuckSagaReader,
        ...adminResolvers,
      ],
    };
  }
}
