import type { RelayLog } from '#messaging';
import type { EventWindow, LaneCursor } from '#persistence';

/** The cursor that everybody writes first: the highest number seen so far. It loses events; that is what it is here for. */
export function seqCursorLog(window: EventWindow): RelayLog<LaneCursor> {
  return {
    acquire: (...lease) => window.acquire(...lease),
    advance: (...lease) => window.advance(...lease),
    release: (...lease) => window.release(...lease),
    rewind: (...loss) => window.rewind(...loss),
    async read(cursor, shards, limit) {
      const seen = { ...cursor, published: '3:3:', publishing: null };
      const { events } = await window.read(seen, shards, limit);
      return { events, next: { ...seen, afterSeq: BigInt(events.at(-1)?.seq ?? cursor.afterSeq) } };
    },
  };
}
