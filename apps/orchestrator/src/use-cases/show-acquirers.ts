import { Injectable } from '@nestjs/common';
import type { AcquirerView } from '#contracts';
import { AcquirerDirectory } from '../acquirers/acquirer-directory.ts';

/** Shows people how the acquirers do, as this process sees them. */
@Injectable()
export class ShowAcquirers {
  constructor(private readonly acquirers: AcquirerDirectory) {}

  execute(): AcquirerView[] {
    return this.acquirers.view().map(({ name, operations }) => ({
      name,
      operations: operations.map(({ operation, state, since, recentFailures }) => {
        const availability = this.acquirers.availabilityOf(name, operation);
        const refusedBecause = availability.usable ? null : availability.reason;
        return { operation, breaker: state, since: since.toISOString(), recentFailures, refusedBecause };
      }),
    }));
  }
}
