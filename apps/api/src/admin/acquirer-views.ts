import { Injectable } from '@nestjs/common';
import { acquirerRequests, type AcquirerView } from '#contracts';
import { Requester } from '#messaging';
import type { ConnectedAcquirers } from '../use-cases/hold-breakers.ts';

/** Asks the orchestrator how the acquirers do. Errors: `ServiceUnavailable`. */
@Injectable()
export class AcquirerViews implements ConnectedAcquirers {
  constructor(private readonly requester: Requester) {}

  all(): Promise<readonly AcquirerView[]> {
    return this.requester.request<readonly AcquirerView[]>(acquirerRequests.list, {});
  }

  async names(): Promise<readonly string[]> {
    return (await this.all()).map(({ name }) => name);
  }
}
