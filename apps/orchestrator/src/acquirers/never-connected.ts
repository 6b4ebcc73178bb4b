const codes = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT', 'EHOSTUNREACH'];

/** Whether a call failed before there was a connection, so that nothing can have been asked. */
export function neverConnected(failure: unknown): boolean {
  return failure instanceof Error && 'code' in failure && codes.includes(String(failure.code));
}
