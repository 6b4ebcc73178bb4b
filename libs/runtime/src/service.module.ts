import {
  Module,
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type Provider,
} from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { DataSource } from 'typeorm';
import { hints, type EventSource, type OperatedService } from '#contracts';
import type { Clock, Ids } from '#domain';
import { Broker, JetStreamServer, Relay, Requester } from '#messaging';
import { createLogger, createMetrics, type Logger, type Metrics } from '#observability';
import {
  assertDurable,
  createDataSource,
  EventWindow,
  sqlOf,
  UnitOfWork,
  type DatabaseOptions,
  type LaneCursor,
  type Sql,
  type TransactionScope,
} from '#persistence';
import { RandomIds, SystemClock } from '#security';
import type { ServiceEnvironment } from './config.ts';
import { DeadLetters } from './dead-letters.ts';
import { EventLag } from './event-lag.ts';
import { HealthController, type Readiness } from './health.controller.ts';
import { DatabaseOncePerEvent } from './once-per-event.ts';
import { operationsControllerOf } from './operations.controller.ts';
import { CLOCK, IDS, LOGGER, METRICS, READINESS, SQL } from './tokens.ts';

export interface ServiceOptions<Stores extends object> {
  /** Name of the process: in logs, metrics, consumers and connections. */
  readonly service: 'api' | OperatedService;
  readonly environment: ServiceEnvironment;
  readonly schema: string;
  readonly entities?: DatabaseOptions['entities'];
  /** What a transaction of this service offers. `announce` wakes the relay of the service's log after the commit. */
  readonly stores: (scope: TransactionScope, parts: StoreParts) => Stores;
  /** The event log in this schema, and whether this process relays it. */
  readonly log: { readonly source: EventSource; readonly relayedHere: boolean } | null;
}

export interface StoreParts {
  readonly ids: Ids;
  readonly clock: Clock;
  /** Wakes the relay of this schema's log; to be called after a commit. */
  readonly announce: () => void;
  /** Sends a hint (see contracts); to be called after a commit. */
  readonly hint: (subject: string, payload: string) => void;
}

/** One relay lane carries more events than one PostgreSQL on two cores commits; more lanes are for more machines. */
const relayLanes = 1;

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
          inject: [DataSource, Broker, { token: Relay, optional: true }],
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
      ],
    };
  }
}

function foundations<Stores extends object>({ service, environment }: ServiceOptions<Stores>): Provider[] {
  return [
    { provide: LOGGER, useFactory: (): Logger => createLogger({ service, level: environment.LOG_LEVEL }) },
    { provide: METRICS, useFactory: (): Metrics => createMetrics(service) },
    { provide: CLOCK, useClass: SystemClock },
    { provide: IDS, useFactory: (clock: Clock): Ids => new RandomIds(clock), inject: [CLOCK] },
    { provide: Broker, useFactory: () => new Broker({ url: environment.NATS_URL, name: service }) },
    { provide: Requester, useFactory: (broker: Broker) => new Requester(broker), inject: [Broker] },
    {
      provide: READINESS,
      useFactory: (sql: Sql, broker: Broker): Readiness => ({
        database: () =>
          sql.query('SELECT 1').then(
            () => true,
            () => false,
          ),
        broker: () => broker.isReachable(),
      }),
      inject: [SQL, Broker],
    },
  ];
}

function persistence<Stores extends object>(options: ServiceOptions<Stores>): Provider[] {
  const { service, environment, schema, entities = [], stores, log } = options;
  return [
    {
      provide: DataSource,
      useFactory: async (): Promise<DataSource> => {
        const url = environment.DATABASE_URL;
        const poolSize = environment.DATABASE_POOL;
        const dataSource = createDataSource({ url, schema, entities, poolSize, applicationName: service });
        await dataSource.initialize();
        await assertDurable(dataSource);
        return dataSource;
      },
    },
    { provide: SQL, useFactory: sqlOf, inject: [DataSource] },
    {
      provide: UnitOfWork,
      useFactory: (dataSource: DataSource, broker: Broker, ids: Ids, clock: Clock): UnitOfWork<Stores> => {
        const announce = (): void => {
          if (log !== null) broker.hint(hints.eventsAppended(log.source));
        };
        return new UnitOfWork(dataSource, (scope) =>
          stores(scope, { ids, clock, announce, hint: (subject, payload) => broker.hint(subject, payload) }),
        );
      },
      inject: [DataSource, Broker, IDS, CLOCK],
    },
  ];
}

/** What a service that takes events, or relays its own, has on top. */
function backbone<Stores extends object>({ log }: ServiceOptions<Stores>, service: OperatedService): Provider[] {
  return [
    { provide: EventWindow, useFactory: (dataSource: DataSource) => new EventWindow(dataSource), inject: [DataSource] },
    {
      provide: DeadLetters,
      useFactory: (sql: Sql, ids: Ids, clock: Clock) => new DeadLetters(sql, ids, clock),
      inject: [SQL, IDS, CLOCK],
    },
    {
      provide: EventLag,
      useFactory: (window: EventWindow, broker: Broker) =>
        new EventLag(service, log === null ? null : { window, lanes: relayLanes }, broker),
      inject: [EventWindow, Broker],
    },
    {
      provide: Relay,
      useFactory: (window: EventWindow, broker: Broker, logger: Logger, metrics: Metrics) => {
        if (log === null || !log.relayedHere) return undefined;
        const published = ({ type, occurredAt }: { type: string; occurredAt: Date }): void =>
          metrics.commitToStream.observe({ type }, (Date.now() - occurredAt.getTime()) / 1_000);
        const owner = `${service}-${process.pid}-${crypto.randomUUID()}`;
        return new Relay(window, broker, { source: log.source, owner, lanes: relayLanes, logger, published });
      },
      inject: [EventWindow, Broker, LOGGER, METRICS],
    },
    {
      provide: JetStreamServer,
      useFactory: (broker: Broker, unitOfWork: UnitOfWork<object>, letters: DeadLetters, logger: Logger) =>
        new JetStreamServer(broker, new DatabaseOncePerEvent(unitOfWork, letters, broker), {
          consumer: service,
          logger,
        }),
      inject: [Broker, UnitOfWork, DeadLetters, LOGGER],
    },
  ];
}

/** Starts what runs by itself, and ends everything in the order in which it stops being needed. */
class ServiceLifecycle implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    private readonly dataSource: DataSource,
    private readonly broker: Broker,
    private readonly relay: Relay<LaneCursor> | undefined,
  ) {}

  onApplicationBootstrap(): void {
    void this.broker.connected();
    this.relay?.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.relay?.stop();
    await this.broker.close();
    await this.dataSource.destroy();
  }
}

function lifecycleOf(dataSource: DataSource, broker: Broker, relay?: Relay<LaneCursor>): ServiceLifecycle {
  return new ServiceLifecycle(dataSource, broker, relay);
}
