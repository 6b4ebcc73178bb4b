import { err, parseId, type Id, type Result } from '#domain';
import type { AdminRefusal } from '../use-cases/admin-refusal.ts';

/** The id in a field of the input. What cannot be the id of such a thing is not looked for. */
export function idIn<P extends string>(prefix: P, text: string, field: string): Result<Id<P>, AdminRefusal> {
  const id = parseId(prefix, text);
  if (id !== undefined) return { ok: true, value: id };
  const message = `This is no id: it has to be ${prefix}_ and 26 characters, as this API answers it.`;
  return err({ code: 'invalid_input', message, path: ['input', field] });
}
