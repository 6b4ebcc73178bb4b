import type { OnApplicationBootstrap, OnApplicationShutdown, OnModuleDestroy } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { Broker, JetStreamServer } from '#messaging';

/** Runs by itself from the start of the service until it is stopped: the relay, for example. */
export interface Runner {
  start(): void;
  /** Finishes what is at hand. */
  stop(): Promise<void>;
}

/** Starts what runs by itself, and ends everything in the order in which it stops being needed. */
export class ServiceLifecycle implements OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown {
  private readonly dataSources: readonly DataSource[];
  private readonly broker: Broker;
  private readonly intake: JetStreamServer | undefined;
  private readonly runners: readonly (Runner | undefined)[];

  constructor(
    dataSources: readonly DataSource[],
    broker: Broker,
    intake: JetStreamServer | undefined,
    runners: readonly (Runner | undefined)[],
  ) {
    this.dataSources = dataSources;
    this.broker = broker;
    this.intake = intake;
    this.runners = runners;
  }

  onApplicationBootstrap(): void {
    void this.broker.connected();
    for (const runner of this.runners) runner?.start();
  }

  /** Before everything else, so that whatever events have set off can be waited for. */
  async onModuleDestroy(): Promise<void> {
    await this.intake?.close();
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.runners.map(async (runner) => runner?.stop()));
    await this.broker.close();
    await Promise.all(this.dataSources.map((dataSource) => dataSource.destroy()));
  }
}
