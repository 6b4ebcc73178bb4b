import { err, ok, type Result } from '../primitives/result.ts';
import { merchantEventTypes } from './merchant-event.ts';

/** `disabled`: the receiver said that it is gone. `disabled_by_failures`: it has taken nothing for days. */
export type EndpointStatus = 'enabled' | 'disabled' | 'disabled_by_failures';

/** More than one system per team and environment, and few enough that one event is never a flood. */
export const endpointsMax = 20;

/** What browsers and proxies agree on carrying. */
export const endpointUrlLengthMax = 2_048;

/** Everything, now and in later releases. */
const anyEventType = '*';

/** The types that an endpoint asks for, each once. `*` includes whatever stands beside it. */
export function eventTypesAsked(asked: readonly string[]): Result<readonly string[], string> {
  if (asked.length === 0) return err(`Name at least one event type, or "${anyEventType}" for all of them.`);
  const known: readonly string[] = merchantEventTypes;
  const unknown = asked.find((type) => type !== anyEventType && !known.includes(type));
  if (unknown !== undefined) {
    return err(`There is no event type "${unknown}"; the types are ${known.join(', ')}, or "${anyEventType}" for all.`);
  }
  return ok(asked.includes(anyEventType) ? [anyEventType] : [...new Set(asked)]);
}

/** Whether an endpoint that asked for these types gets this one. */
export function isAskedFor(type: string, asked: readonly string[]): boolean {
  return asked.includes(anyEventType) || asked.includes(type);
}
