import type { EventSource, OperatedService } from '#contracts';
import type { Clock, Ids } from '#domain';
import type { DatabaseOptions, TransactionScope } from '#persistence';
import type { ServiceEnvironment } from './config.ts';

export interface ServiceOptions<Stores extends object> {
  /** Name of the process: in logs, metrics, consumers and connections. */
  readonly service: 'api' | OperatedService;
  readonly environment: ServiceEnvironment;
  readonly schema: string;
  readonly entities?: DatabaseOptions['entities'];
  /** How many connections of the pool are kept for work that must not queue behind the rest. None by default. */
  readonly reservedConnections?: number;
  /** What a transaction of this service offers. `announce` wakes the relay of the service's log after the commit. */
  readonly stores: (scope: TransactionScope, parts: StoreParts) => Stores;
  /** The event log in this schema, and whether this process relays it. */
  readonly log: LogOptions | null;
}

export interface LogOptions {
  readonly source: EventSource;
  readonly relayedHere: boolean;
  /** The events stay as long as those whom they tell about: there are no partitions to make or drop. */
  readonly keptForever?: true;
}

export interface StoreParts {
  readonly ids: Ids;
  readonly clock: Clock;
  /** Wakes the relay of this schema's log; to be called after a commit. */
  readonly announce: () => void;
  /** Sends a hint (see contracts); to be called after a commit. */
  readonly hint: (subject: string, payload: string) => void;
}
