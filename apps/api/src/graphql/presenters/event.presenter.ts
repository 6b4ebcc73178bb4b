import type { FeedEvent } from '../../readers/feed-reader.ts';
import type { EventType } from '../types/event.type.ts';

export function presentEvent(event: FeedEvent): EventType {
  return { __typename: 'Event', ...event };
}
