/** Something outside our code failed. `retryable`: the same work may succeed later; nothing of it has been kept. */
export class DatabaseFault extends Error {
  override readonly name: string = 'DatabaseFault';
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
  override readonly name = 'CommitOutcomeUnknown';

  constructor(cause: unknown) {
    super('The connection was lost during COMMIT; the transaction may or may not exist.', { retryable: true, cause });
  }
}

/** SQLSTATE classes and codes: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const lostStates = [
  /^08(?!P01)/, // connection exceptions; a protocol violation, though, is a bug that repeats
  /^57P0[1-5]$/, // shut down, crashed, starting up, dropped, idle for too long
  /^25P0[34]$/, // a transaction that was idle or open for too long; the server ends the session with it
  /^25006$/, // the server has become a standby: it takes reads and refuses money
];

/** The same session may try again: nothing is wrong with it. */
const retryableStates = [
  /^40(001|P01)$/, // serialization failure, deadlock
  /^53/, // out of connections, memory or disk
  /^55P03$/, // lock not available in time
];

const lostSocket =
  /^E(CONN(REFUSED|RESET|ABORTED)|PIPE|TIMEDOUT|HOSTUNREACH|HOSTDOWN|NETUNREACH|NETDOWN|NOTFOUND|AI_AGAIN)$/;

/** `pg` reports these by message only. */
const lostConnection =
  /Connection terminated|timeout expired|timeout exceeded when trying to connect|Query read timeout|not queryable/i;

/** Whether the session, or the whole server, is gone: nothing more can be asked on this connection. */
export function isConnectionFault(error: unknown): boolean {
  if (error instanceof DatabaseFault) return isConnectionFault(error.cause);
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  return lostStates.some((state) => state.test(code)) || lostSocket.test(code) || lostConnection.test(error.message);
}

/** Wraps what the driver throws when a retry can help; everything else is a bug and passes unchanged. */
export function asFault(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof DatabaseFault) return error;
  const retryable = isConnectionFault(error) || retryableStates.some((state) => state.test(codeOf(error)));
  return retryable ? new DatabaseFault(error.message, { retryable, cause: error }) : error;
}

/** The name of the violated constraint, if the error is a constraint violation. */
export function violatedConstraint(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('constraint' in error)) return undefined;
  return codeOf(error).startsWith('23') ? String(error.constraint) : undefined;
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
