import type { MessageHandler } from '@nestjs/microservices';
import { schemaOf, sourceOfPattern, type EventSource } from '#contracts';

/** One `@EventPattern` method. */
export interface EventRoute {
  /** An event type, or `<service>.v<n>.>` for all of a service. */
  readonly pattern: string;
  readonly handler: MessageHandler;
  /** How many events it takes at once; undefined takes them one by one. */
  readonly batch: number | undefined;
}

/** Extras of `@EventPattern(pattern, { batch: 200 })`. */
interface HandlerExtras {
  readonly batch?: number;
}

/** All of a batch are locked, written and acknowledged together; beyond this the transaction gets long, not cheap. */
const batchMax = 1_000;

const wholeService = /^[a-z]+\.v\d+\.>$/;

/**
 * The event handlers by the service whose stream they listen to. Refuses at start-up what would otherwise lose events in
 * silence: a pattern that no event has, and two handlers for one event.
 */
export function eventRoutes(handlers: ReadonlyMap<string, MessageHandler>): Map<EventSource, EventRoute[]> {
  const bySource = new Map<EventSource, EventRoute[]>();
  for (const [pattern, handler] of handlers) {
    if (handler.isEventHandler !== true) continue;
    const source = sourceOfPattern(pattern);
    const route = routeOf(pattern, handler);
    const neighbours = bySource.get(source) ?? [];
    const rival = neighbours.find((other) => covers(other.pattern, pattern) || covers(pattern, other.pattern));
    if (rival !== undefined) throw new Error(twoHandlers(`${rival.pattern} and ${pattern} meet`));
    bySource.set(source, [...neighbours, route]);
  }
  return bySource;
}

export function routeFor(routes: readonly EventRoute[], type: string): EventRoute | undefined {
  return routes.find((route) => covers(route.pattern, type));
}

function routeOf(pattern: string, handler: MessageHandler): EventRoute {
  if (!wholeService.test(pattern) && schemaOf(pattern) === undefined) {
    throw new Error(`No event is called ${pattern}. Patterns are event types of the catalogue, or <service>.v<n>.>`);
  }
  if (handler.next !== undefined) throw new Error(twoHandlers(`Two methods listen to ${pattern}`));
  const { batch } = (handler.extras ?? {}) as HandlerExtras;
  if (batch !== undefined && !(Number.isInteger(batch) && batch >= 1 && batch <= batchMax)) {
    throw new Error(`The batch of ${pattern} has to be between 1 and ${batchMax} events, not ${batch}.`);
  }
  return { pattern, handler, batch };
}

function covers(pattern: string, type: string): boolean {
  return pattern === type || (pattern.endsWith('.>') && type.startsWith(pattern.slice(0, -1)));
}

function twoHandlers(what: string): string {
  return `${what}, but an event has one inbox row and one transaction per service: let one method do both.`;
}
