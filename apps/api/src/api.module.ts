import { Module, type DynamicModule } from '@nestjs/common';
import { hints } from '#contracts';
import type { Ids } from '#domain';
import { Broker } from '#messaging';
import type { Sql } from '#persistence';
import { IDS, ServiceModule, SQL } from '#runtime';
import { ENVIRONMENT, type ApiEnvironment } from './api.config.ts';
import { AuthModule } from './auth/auth.module.ts';
import { PlaygroundModule } from './playground/playground.module.ts';
import { IdempotencyReaper } from './schedules/idempotency-reaper.ts';
import { apiStores } from './stores/api-stores.ts';
import { PaymentIntake } from './stores/payment-intake.ts';
import { CapturePayment } from './use-cases/capture-payment.ts';
import { CreatePayment } from './use-cases/create-payment.ts';
import { FollowUp } from './use-cases/follow-up.ts';
import { RefundPayment } from './use-cases/refund-payment.ts';
import { VoidPayment } from './use-cases/void-payment.ts';
import { OutcomeReader } from './waiting/outcome-reader.ts';
import { OutcomeWaiters } from './waiting/outcome-waiters.ts';

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
        }),
        AuthModule.forEnvironment(environment),
        PlaygroundModule.forEnvironment(environment),
      ],
      providers: [
        { provide: ENVIRONMENT, useValue: environment },
        {
          provide: PaymentIntake,
          useFactory: (sql: Sql, ids: Ids, broker: Broker) =>
            new PaymentIntake(sql, ids, () => broker.hint(hints.eventsAppended('payments'))),
          inject: [SQL, IDS, Broker],
        },
        { provide: OutcomeReader, useFactory: (sql: Sql) => new OutcomeReader(sql), inject: [SQL] },
        OutcomeWaiters,
        IdempotencyReaper,
        FollowUp,
        CreatePayment,
        CapturePayment,
        VoidPayment,
        RefundPayment,
      ],
    };
  }
}
