import { DatabaseError } from 'pg';

/** The session or the server ended: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const lostStates = /^(08|57P)/;

/** Whether the server has refused the work and kept nothing of it. Of a connection that was lost nobody knows. */
export function isRefusedTransaction(error: unknown): boolean {
  return error instanceof DatabaseError && error.code !== undefined && !lostStates.test(error.code);
}
