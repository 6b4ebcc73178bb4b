import { Injectable } from '@nestjs/common';
import { Clock } from '../clock.ts';
import { RecordStore } from '../stores/record.store.ts';
import type { AcquirerName, Reply } from './operation.ts';

/** What an acquirer says when it is asked about a key: sometimes later than it knew. */
@Injectable()
export class FindOperation {
  constructor(
    private readonly record: RecordStore,
    private readonly clock: Clock,
  ) {}

  async execute(acquirer: AcquirerName, key: string): Promise<Reply> {
    const now = this.clock.now();
    const answer = await this.record.findAnswer(acquirer, key, now);
    return answer === null ? { tells: 'not_found' } : { tells: 'plainly', answer, from: now };
  }
}
