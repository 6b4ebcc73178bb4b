/** Something outside our code failed. `retryable`: the same work may succeed later; nothing of it has been kept. */
export class DatabaseFault extends Error {
  override readonly name = 'DatabaseFault';
  readonly retryable: boolean;

  constructor(message: string, options: { readonly retryable: boolean; readonly cause: unknown }) {
    super(message, { cause: options.cause });
    this.retryable = options.retryable;
  }
}

/**
 * The connection broke while COMMIT was on its way: the transaction is there or it is not. Retrying with the same keys
 * finds out; cancelling or guessing would not.
 */
export class CommitOutcomeUnknown extends DatabaseFault {
  constructor(cause: unknown) {
    super('The connection was lost during COMMIT; the transaction may or may not exist.', { retryable: true, cause });
  }
}

/** SQLSTATE classes and codes after which the same work may succeed: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const retryableStates = [
  /^08/, // connection exceptions
  /^40(001|P01)$/, // serialization failure, deadlock
  /^53/, // out of connections, memory or disk
  /^55P03$/, // lock not available in time
  /^57P0[1-5]$/, // shut down, crashed, starting up, dropped, idle in transaction for too long
  /^25P03$/, // idle in transaction for too long
];

const socketErrors = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN'];

/** `pg` reports these by message only. */
const lostConnection =
  /Connection terminated|connection timeout|timeout exceeded when trying to connect|Client has encountered a connection error|not queryable/i;

export function isConnectionFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return /^(08|57P0)/.test(code) || socketErrors.includes(code) || lostConnection.test(error.message);
}

/** Wraps what the driver throws when a retry can help; everything else is a bug and passes unchanged. */
export function asFault(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof DatabaseFault) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const retryable = isConnectionFault(error) || retryableStates.some((state) => state.test(code));
  return retryable ? new DatabaseFault(error.message, { retryable, cause: error }) : error;
}

/** The name of the violated constraint, if the error is a constraint violation. */
export function violatedConstraint(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('constraint' in error)) return undefined;
  return typeof error.code === 'string' && error.code.startsWith('23') ? String(error.constraint) : undefined;
}
