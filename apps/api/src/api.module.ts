import { Module, type DynamicModule } from '@nestjs/common';
import { ServiceModule } from '#runtime';
import {
  ENVIRONMENT,
  intakeBoundsIn,
  introspectionIn,
  publicUrlOf,
  reservedConnectionsIn,
  type ApiEnvironment,
} from './api.config.ts';
import { AdminModule } from './admin/admin.module.ts';
import { AuthModule } from './auth/auth.module.ts';
import { DocsModule } from './docs/docs.module.ts';
import { MerchantGraphqlModule } from './graphql/merchant-graphql.module.ts';
import { PlaygroundModule } from './playground/playground.module.ts';
import { IntakeModule } from './use-cases/intake.module.ts';
import { apiStores } from './stores/api-stores.ts';

@Module({})
export class ApiModule {
  static forEnvironment(environment: ApiEnvironment): DynamicModule {
    return {
      module: ApiModule,
      imports: [
        ServiceModule.forRoot({
          service: 'api',
          environment,
          schema: 'payments',
          stores: apiStores,
          log: { source: 'payments', relayedHere: false },
          reservedConnections: reservedConnectionsIn(environment),
        }),
        IntakeModule.within(intakeBoundsIn(environment)),
        AuthModule.forEnvironment(environment),
        MerchantGraphqlModule.with({
          introspection: introspectionIn(environment),
          publicUrl: publicUrlOf(environment),
        }),
        DocsModule,
        AdminModule.with({ publicUrl: publicUrlOf(environment) }),
        PlaygroundModule.forEnvironment(environment),
      ],
      providers: [{ provide: ENVIRONMENT, useValue: environment }],
    };
  }
}
