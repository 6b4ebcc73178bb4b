import { Module, type DynamicModule } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { DataSource } from 'typeorm';
import { Broker, JetStreamServer, Relay, Requester } from '#messaging';
import { UnitOfWork, type LaneCursor } from '#persistence';
import { backbone } from './backbone.providers.ts';
import { foundations, persistence } from './foundation.providers.ts';
import { HealthController } from './health.controller.ts';
import { Housekeeping } from './housekeeping.ts';
import { operationsControllerOf } from './operations.controller.ts';
import { ServiceLifecycle } from './service-lifecycle.ts';
import type { ServiceOptions } from './service-options.ts';
import { CLOCK, IDS, LOGGER, METRICS, RESERVED_DATA_SOURCE, RESERVED_UNIT_OF_WORK, SQL } from './tokens.ts';

/** Everything that each service process has: configuration, database, broker, log, metrics, health, operations. */
@Module({})
export class ServiceModule {
  static forRoot<Stores extends object>(options: ServiceOptions<Stores>): DynamicModule {
    const operated = options.service === 'api' ? undefined : options.service;
    return {
      module: ServiceModule,
      global: true,
      imports: [TerminusModule.forRoot({ logger: false })],
      controllers: [HealthController, ...(operated === undefined ? [] : [operationsControllerOf(operated)])],
      providers: [
        ...foundations(options),
        ...persistence(options),
        ...(operated === undefined ? [] : backbone(options, operated)),
        {
          provide: ServiceLifecycle,
          useFactory: lifecycleOf,
          inject: [
            DataSource,
            Broker,
            { token: RESERVED_DATA_SOURCE, optional: true },
            { token: JetStreamServer, optional: true },
            { token: Housekeeping, optional: true },
            { token: Relay, optional: true },
          ],
        },
      ],
      exports: [
        Broker,
        CLOCK,
        DataSource,
        IDS,
        LOGGER,
        METRICS,
        Requester,
        SQL,
        UnitOfWork,
        ...(operated === undefined ? [] : [JetStreamServer, Relay]),
        ...(options.reservedConnections === undefined ? [] : [RESERVED_UNIT_OF_WORK]),
      ],
    };
  }
}

function lifecycleOf(
  dataSource: DataSource,
  broker: Broker,
  reserved?: DataSource,
  intake?: JetStreamServer,
  housekeeping?: Housekeeping,
  relay?: Relay<LaneCursor>,
): ServiceLifecycle {
  const dataSources = reserved === undefined ? [dataSource] : [dataSource, reserved];
  return new ServiceLifecycle(dataSources, broker, intake, [housekeeping, relay]);
}
