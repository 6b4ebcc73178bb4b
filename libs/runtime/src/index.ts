export { readConfig, serviceEnvironment, type ServiceEnvironment } from './config.ts';
export { runService, startService, type RunOptions } from './run-service.ts';
export { ServiceModule, type ServiceOptions, type StoreParts } from './service.module.ts';
export { CLOCK, IDS, LOGGER, METRICS, READINESS, SQL } from './tokens.ts';
