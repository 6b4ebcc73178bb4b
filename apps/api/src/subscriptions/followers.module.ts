import { Module } from '@nestjs/common';
import { ReadersModule } from '../readers/readers.module.ts';
import { FeedFollower } from './feed-follower.ts';
import { PaymentFollower } from './payment-follower.ts';

/** Payments and events as they come to be. */
@Module({
  imports: [ReadersModule],
  providers: [FeedFollower, PaymentFollower],
  exports: [FeedFollower, PaymentFollower],
})
export class FollowersModule {}
