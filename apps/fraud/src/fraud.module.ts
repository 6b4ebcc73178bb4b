import { Module, type DynamicModule } from '@nestjs/common';
import { ServiceModule } from '#runtime';
import { AssessOnPaymentCreated } from './consumers/assess-on-payment-created.ts';
import { rulesOf, type FraudEnvironment } from './fraud.config.ts';
import { CardUseReaper } from './schedules/card-use-reaper.ts';
import { fraudStores } from './stores/fraud-stores.ts';
import { AssessPayments, RISK_RULES } from './use-cases/assess-payments.ts';

@Module({})
export class FraudModule {
  static forEnvironment(environment: FraudEnvironment): DynamicModule {
    return {
      module: FraudModule,
      imports: [
        ServiceModule.forRoot({
          service: 'fraud',
          environment,
          schema: 'fraud',
          stores: fraudStores,
          log: { source: 'fraud', relayedHere: true },
        }),
      ],
      controllers: [AssessOnPaymentCreated],
      providers: [AssessPayments, CardUseReaper, { provide: RISK_RULES, useFactory: () => rulesOf(environment) }],
    };
  }
}
