import { streams, type EventLagView, type OperatedService } from '#contracts';
import { isNotFound, type Broker } from '#messaging';
import type { EventWindow } from '#persistence';

/** How far this service's relay and its consumers are behind. */
export class EventLag {
  private readonly service: OperatedService;
  private readonly log: { readonly window: EventWindow; readonly lanes: number } | null;
  private readonly broker: Broker;

  constructor(service: OperatedService, log: EventLag['log'], broker: Broker) {
    this.service = service;
    this.log = log;
    this.broker = broker;
  }

  async measure(): Promise<EventLagView> {
    return {
      service: this.service,
      relay: this.log === null ? null : await this.log.window.backlog(this.log.lanes),
      consumers: await this.consumers(),
    };
  }

  /** Streams that this service does not listen to have no consumer of its name; one that nobody has made yet has none. */
  private async consumers(): Promise<EventLagView['consumers']> {
    const manager = await this.broker.manager();
    const found: { stream: string; pending: number; unacknowledged: number }[] = [];
    for (const { name: stream } of Object.values(streams)) {
      try {
        const info = await manager.consumers.info(stream, this.service);
        found.push({ stream, pending: info.num_pending, unacknowledged: info.num_ack_pending });
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    }
    return found;
  }
}
