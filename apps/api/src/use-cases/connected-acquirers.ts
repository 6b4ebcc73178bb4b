import type { AcquirerView } from '#contracts';

/** Who knows which acquirers there are, and how they do. Errors: `ServiceUnavailable`. */
export abstract class ConnectedAcquirers {
  abstract all(): Promise<readonly AcquirerView[]>;
}
