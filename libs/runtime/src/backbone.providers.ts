import type { Provider } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { OperatedService } from '#contracts';
import type { Clock, Ids } from '#domain';
import { Broker, JetStreamServer, Relay } from '#messaging';
import type { Logger, Metrics } from '#observability';
import { clearInbox, EventWindow, keepEventPartitions, UnitOfWork, type Sql } from '#persistence';
import { DeadLetters } from './dead-letters.ts';
import { EventLag } from './event-lag.ts';
import { Housekeeping, type Chore } from './housekeeping.ts';
import { DatabaseOncePerEvent } from './once-per-event.ts';
import { relayLanes } from './relay-lanes.ts';
import type { ServiceOptions } from './service-options.ts';
import { CLOCK, IDS, LOGGER, METRICS, SQL } from './tokens.ts';

/** What a service that takes events, or relays its own, has on top of the foundations. */
export function backbone<Stores extends object>(options: ServiceOptions<Stores>, service: OperatedService): Provider[] {
  const { environment, log } = options;
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
        new JetStreamServer(broker, new DatabaseOncePerEvent(unitOfWork, letters, broker, logger), {
          consumer: service,
          logger,
          // The other half is for requests, schedules, the relay and whoever asks whether we are ready.
          concurrency: Math.ceil(environment.DATABASE_POOL / 2),
        }),
      inject: [Broker, UnitOfWork, DeadLetters, LOGGER],
    },
    {
      provide: Housekeeping,
      useFactory: (sql: Sql, clock: Clock, logger: Logger) => new Housekeeping(choresOf(sql, clock), logger),
      inject: [SQL, CLOCK, LOGGER],
    },
  ];

  function choresOf(sql: Sql, clock: Clock): Chore[] {
    const inbox = { name: 'clear the inbox', run: async () => void (await clearInbox(sql, service, clock.now())) };
    const partitions = { name: 'keep event partitions', run: () => keepEventPartitions(sql) };
    return log?.relayedHere === true && log.keptForever !== true ? [partitions, inbox] : [inbox];
  }
}
