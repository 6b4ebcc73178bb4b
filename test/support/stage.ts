import type { INestApplication } from '@nestjs/common';
import pg from 'pg';
import type { EventSource } from '#contracts';
import type { ServiceName } from '../../tools/provisioning/service-databases.ts';
import { createDatabase, type TestDatabase } from './database.ts';
import { EventStreams } from './event-streams.ts';
import { startNats, type TestNats } from './nats.ts';

/** Starts a service with the variables of its environment. */
export type StartService = (variables: Readonly<Record<string, string>>) => Promise<INestApplication>;

export interface Gate {
  isWaitedFor(): Promise<boolean>;
  /** Ends the database sessions that wait, and with them their transactions. */
  killWhoWaits(): Promise<void>;
  open(): void;
}

/** One service under test, for real, with a database and a broker that nobody else uses. */
export class Stage {
  private readonly services = new Set<INestApplication>();

  private constructor(
    private readonly service: ServiceName,
    private readonly start: StartService,
    private readonly owner: pg.Pool,
    readonly database: TestDatabase,
    readonly nats: TestNats,
    readonly streams: EventStreams,
  ) {}

  /** `hears` are the sources whose events the test wants to see. The service itself is not started yet. */
  static async set(service: ServiceName, start: StartService, hears: readonly EventSource[]): Promise<Stage> {
    const [database, nats] = await Promise.all([createDatabase(), startNats()]);
    const streams = await EventStreams.open(nats.url, ...hears);
    const owner = new pg.Pool({ connectionString: database.ownerUrl });
    // A connection that is on its way out may still hear that its database is being dropped.
    owner.on('error', () => undefined);
    return new Stage(service, start, owner, database, nats, streams);
  }

  /** Each call is one process' worth of the service. */
  async enter(settings: Readonly<Record<string, string>> = {}): Promise<INestApplication> {
    const service = await this.start({
      DATABASE_URL: this.database.urlFor(this.service),
      NATS_URL: this.nats.url,
      PORT: '0',
      LOG_LEVEL: 'fatal',
      ...settings,
    });
    this.services.add(service);
    return service;
  }

  /** Ends the service as SIGTERM does. */
  async leave(service: INestApplication): Promise<void> {
    this.services.delete(service);
    await service.close();
  }

  /** As the owner of the database. */
  async query<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.owner.query<Row>(text, [...values])).rows;
  }

  /** Lets readers pass and keeps writers waiting, so that a transaction stops half way until the gate is opened. */
  async holdTable(table: string): Promise<Gate> {
    const holder = await this.owner.connect();
    await holder.query(`BEGIN; LOCK TABLE ${table} IN EXCLUSIVE MODE`);
    const waiting = 'FROM pg_locks WHERE relation = $1::regclass AND NOT granted';
    return {
      isWaitedFor: async () => (await this.query(`SELECT 1 ${waiting}`, [table])).length > 0,
      killWhoWaits: async () => void (await this.query(`SELECT pg_terminate_backend(pid, 5000) ${waiting}`, [table])),
      open: () => void holder.query('ROLLBACK').then(() => holder.release()),
    };
  }

  async clear(): Promise<void> {
    for (const service of this.services) await this.leave(service);
    await Promise.all([this.streams.close(), this.owner.end()]);
    await Promise.all([this.database.drop(), this.nats.stop()]);
  }
}
