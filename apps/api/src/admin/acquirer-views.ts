import { Injectable } from '@nestjs/common';
import { acquirerRequests, type AcquirerView } from '#contracts';
import { Requester } from '#messaging';
import { ConnectedAcquirers } from '../use-cases/connected-acquirers.ts';

/** Asks the orchestrator how the acquirers do. Errors: `ServiceUnavailable`. */
@Injectable()
export class AcquirerViews extends ConnectedAcquirers {
  constructor(private readonly requester: Requester) {
    super();
  }

  all(): Promise<readonly AcquirerView[]> {
    return this.requester.request<readonly AcquirerView[]>(acquirerRequests.list, {});
  }
}
