import { Module } from '@nestjs/common';
import { DisputeReader } from './dispute-reader.ts';
import { FeedReader } from './feed-reader.ts';
import { HistoryReader } from './history-reader.ts';
import { OperationReader } from './operation-reader.ts';
import { PaymentReader } from './payment-reader.ts';
import { WebhookReader } from './webhook-reader.ts';

const readers = [PaymentReader, OperationReader, DisputeReader, HistoryReader, FeedReader, WebhookReader];

/** Everything that is only read. */
@Module({ providers: readers, exports: readers })
export class ReadersModule {}
