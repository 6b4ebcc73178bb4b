import { Controller } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { acquirerRequests, type AcquirerView } from '#contracts';
import { ShowAcquirers } from '../use-cases/show-acquirers.ts';

/** Answers administration, which asks how the acquirers do. */
@Controller()
export class AnswerAboutAcquirers {
  constructor(private readonly showAcquirers: ShowAcquirers) {}

  @MessagePattern(acquirerRequests.list)
  list(): AcquirerView[] {
    return this.showAcquirers.execute();
  }
}
