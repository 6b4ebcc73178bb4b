import type { Provider } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { hints } from '#contracts';
import type { Clock, Ids } from '#domain';
import { Broker, Requester } from '#messaging';
import { createLogger, createMetrics, type Logger, type Metrics } from '#observability';
import { sqlOf, UnitOfWork, type Sql } from '#persistence';
import { RandomIds, SystemClock } from '#security';
import { connectToDatabase } from './database-connection.ts';
import { answersInTime, type Readiness } from './readiness.ts';
import type { ServiceOptions } from './service-options.ts';
import { CLOCK, IDS, LOGGER, METRICS, READINESS, RESERVED_DATA_SOURCE, RESERVED_UNIT_OF_WORK, SQL } from './tokens.ts';

/** What every service process has: log, metrics, time, identity, broker. */
export function foundations<Stores extends object>({ service, environment }: ServiceOptions<Stores>): Provider[] {
  return [
    { provide: LOGGER, useFactory: (): Logger => createLogger({ service, level: environment.LOG_LEVEL }) },
    { provide: METRICS, useFactory: (): Metrics => createMetrics(service) },
    { provide: CLOCK, useClass: SystemClock },
    { provide: IDS, useFactory: (clock: Clock): Ids => new RandomIds(clock), inject: [CLOCK] },
    {
      provide: Broker,
      useFactory: () =>
        new Broker({ url: environment.NATS_URL, name: service, streamBytesMax: environment.STREAM_MAX_BYTES }),
    },
    { provide: Requester, useFactory: (broker: Broker) => new Requester(broker), inject: [Broker] },
    {
      provide: READINESS,
      useFactory: (sql: Sql, broker: Broker): Readiness => ({
        database: () => answersInTime(sql.query('SELECT 1')),
        broker: () => answersInTime(broker.isReachable()),
      }),
      inject: [SQL, Broker],
    },
  ];
}

/** The service's schema, single statements on it, and its unit of work. */
export function persistence<Stores extends object>(options: ServiceOptions<Stores>): Provider[] {
  const { service, environment, schema, entities = [], stores, log, reservedConnections: reserved = 0 } = options;
  const connect = (poolSize: number): Promise<DataSource> =>
    connectToDatabase({ url: environment.DATABASE_URL, poolSize, applicationName: service, schema, entities });
  const unitOfWork = (dataSource: DataSource, broker: Broker, ids: Ids, clock: Clock): UnitOfWork<Stores> => {
    const announce = (): void => {
      if (log !== null) broker.hint(hints.eventsAppended(log.source));
    };
    return new UnitOfWork(dataSource, (scope) =>
      stores(scope, { ids, clock, announce, hint: (subject, payload) => broker.hint(subject, payload) }),
    );
  };
  return [
    { provide: DataSource, useFactory: () => connect(environment.DATABASE_POOL - reserved) },
    { provide: SQL, useFactory: sqlOf, inject: [DataSource] },
    { provide: UnitOfWork, useFactory: unitOfWork, inject: [DataSource, Broker, IDS, CLOCK] },
    ...(reserved === 0
      ? []
      : [
          { provide: RESERVED_DATA_SOURCE, useFactory: () => connect(reserved) },
          {
            provide: RESERVED_UNIT_OF_WORK,
            useFactory: unitOfWork,
            inject: [RESERVED_DATA_SOURCE, Broker, IDS, CLOCK],
          },
        ]),
  ];
}
