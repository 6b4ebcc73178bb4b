export { assertDurable, createDataSource, poolOf, sqlOf, type DatabaseOptions } from './data-source.ts';
export { EventLog, type NewEvent } from './event-log.ts';
export { EventWindow, type EventPage, type LaneCursor } from './event-window.ts';
export { CommitOutcomeUnknown, DatabaseFault, isConnectionFault, violatedConstraint } from './fault.ts';
export { claimEvents } from './inbox.ts';
export { sqlOn, type Sql } from './sql.ts';
export { UnitOfWork, type Transaction, type TransactionScope } from './unit-of-work.ts';
