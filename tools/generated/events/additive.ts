import { isDeepStrictEqual } from 'node:util';
import type { JsonSchema } from './json-schema.ts';

type Schemas = Readonly<Record<string, JsonSchema>>;

/**
 * What keeps a new catalogue from taking an old one's place: everything but additions. Two sides have to get along with
 * both: readers of the old release with new events, and today's readers with the events that are in the log.
 */
export function breaksOf(before: Schemas, after: Schemas): string[] {
  return Object.entries(before).flatMap(([name, schema]) => {
    const now = after[name];
    return now === undefined ? [`${name} is gone.`] : breaksOfSchema(name, schema, now);
  });
}

function breaksOfSchema(where: string, before: JsonSchema, after: JsonSchema): string[] {
  const { properties: fieldsBefore, required: _before, ...restBefore } = before;
  const { properties: fieldsAfter, required: _after, ...restAfter } = after;
  if (fieldsBefore === undefined || fieldsAfter === undefined) {
    return isDeepStrictEqual(before, after) ? [] : [`${where} changed its form.`];
  }
  const changed = isDeepStrictEqual(restBefore, restAfter) ? [] : [`${where} changed its form.`];
  return [...changed, ...breaksOfFields(where, before, after)];
}

function breaksOfFields(where: string, before: JsonSchema, after: JsonSchema): string[] {
  const fieldsBefore = before.properties ?? {};
  const fieldsAfter = after.properties ?? {};
  const kept = Object.entries(fieldsBefore).flatMap(([field, schema]) => {
    const now = fieldsAfter[field];
    const place = `${where}: ${field}`;
    if (now === undefined) return [`${place} is gone.`];
    const demand = breakOfDemand(place, isRequired(before, field), isRequired(after, field));
    return [...demand, ...breaksOfSchema(place, schema, now)];
  });
  const demanded = Object.keys(fieldsAfter)
    .filter((field) => !(field in fieldsBefore) && isRequired(after, field))
    .map((field) => `${where}: ${field} is new and required, but the events in the log do not have it.`);
  return [...kept, ...demanded];
}

function breakOfDemand(place: string, before: boolean, after: boolean): string[] {
  if (before === after) return [];
  return [
    after
      ? `${place} is required now, but events in the log may lack it.`
      : `${place} is optional now, but readers of the last release require it.`,
  ];
}

function isRequired(schema: JsonSchema, field: string): boolean {
  return schema.required?.includes(field) ?? false;
}
