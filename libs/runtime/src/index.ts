export { readConfig, serviceEnvironment, type ServiceEnvironment } from './config.ts';
export { runService, startService, type RunOptions } from './run-service.ts';
export type { ServiceOptions, StoreParts } from './service-options.ts';
export { ServiceModule } from './service.module.ts';
export { CLOCK, IDS, LOGGER, METRICS, RESERVED_UNIT_OF_WORK, SQL } from './tokens.ts';
export { DeadLetters } from './dead-letters.ts';
export { DatabaseOncePerEvent } from './once-per-event.ts';
export { relayLanes } from './relay-lanes.ts';
export { Reaper } from './reaper.ts';
