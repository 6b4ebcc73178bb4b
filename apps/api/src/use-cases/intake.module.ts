import { Module, type DynamicModule } from '@nestjs/common';
import { hints } from '#contracts';
import type { Clock, Ids } from '#domain';
import { Broker } from '#messaging';
import type { Sql } from '#persistence';
import { CLOCK, IDS, SQL } from '#runtime';
import { IntakeWatch } from '../schedules/intake-watch.ts';
import { PaymentIntake } from '../stores/payment-intake.ts';
import { IntakeGate, type IntakeBounds } from './intake-gate.ts';

/** The way in for new payments, and what closes it. */
@Module({})
export class IntakeModule {
  static within(bounds: IntakeBounds): DynamicModule {
    return {
      module: IntakeModule,
      global: true,
      providers: [
        {
          provide: IntakeGate,
          useFactory: (clock: Clock) => new IntakeGate(bounds, clock, Math.random),
          inject: [CLOCK],
        },
        {
          provide: PaymentIntake,
          useFactory: (sql: Sql, ids: Ids, broker: Broker, gate: IntakeGate) =>
            new PaymentIntake(sql, ids, () => broker.hint(hints.eventsAppended('payments')), gate),
          inject: [SQL, IDS, Broker, IntakeGate],
        },
        IntakeWatch,
      ],
      exports: [PaymentIntake],
    };
  }
}
