/** Injection tokens for what has no class of its own. */
export const CLOCK = Symbol('Clock');
export const IDS = Symbol('Ids');
export const LOGGER = Symbol('Logger');
export const METRICS = Symbol('Metrics');
export const READINESS = Symbol('Readiness');
/** A unit of work on connections that nothing else takes, in a service that asks for some. */
export const RESERVED_UNIT_OF_WORK = Symbol('ReservedUnitOfWork');
export const RESERVED_DATA_SOURCE = Symbol('ReservedDataSource');
export const SQL = Symbol('Sql');
