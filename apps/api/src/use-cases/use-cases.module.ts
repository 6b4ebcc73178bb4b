import { Module } from '@nestjs/common';
import type { Sql } from '#persistence';
import { SQL } from '#runtime';
import { IdempotencyReaper } from '../schedules/idempotency-reaper.ts';
import { OutcomeReader } from '../waiting/outcome-reader.ts';
import { OutcomeWaiters } from '../waiting/outcome-waiters.ts';
import { IncreaseAuthorization } from './increase-authorization.ts';
import { CapturePayment } from './capture-payment.ts';
import { CreatePayment } from './create-payment.ts';
import { FollowUp } from './follow-up.ts';
import { RefundPayment } from './refund-payment.ts';
import { SubmitDisputeEvidence } from './submit-dispute-evidence.ts';
import { VoidPayment } from './void-payment.ts';

/** What merchants can ask for, and what it stands on. */
@Module({
  providers: [
    { provide: OutcomeReader, useFactory: (sql: Sql) => new OutcomeReader(sql), inject: [SQL] },
    OutcomeWaiters,
    IdempotencyReaper,
    FollowUp,
    CreatePayment,
    CapturePayment,
    IncreaseAuthorization,
    VoidPayment,
    RefundPayment,
    SubmitDisputeEvidence,
  ],
  exports: [CreatePayment, IncreaseAuthorization, CapturePayment, VoidPayment, RefundPayment, SubmitDisputeEvidence],
})
export class UseCasesModule {}
