/** Injection tokens for what has no class of its own. */
export const CLOCK = Symbol('Clock');
export const IDS = Symbol('Ids');
export const LOGGER = Symbol('Logger');
export const METRICS = Symbol('Metrics');
export const READINESS = Symbol('Readiness');
export const SQL = Symbol('Sql');
