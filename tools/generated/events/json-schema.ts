import { z, type ZodType } from 'zod';
import { catalogue, envelopeSchema, paymentSnapshot, paymentTerms } from '#contracts';

/** As far as the schemas of events go. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

/** What several events have in common has a name of its own; events are named by their full type. */
const named: readonly (readonly [name: string, schema: ZodType])[] = [
  ['envelope', envelopeSchema],
  ['payment', paymentSnapshot],
  ['payment_terms', paymentTerms],
  ...catalogue,
];

export const schemaPlace = '#/components/schemas/';

/** The schemas by which events are read, as JSON Schema: unknown fields pass, because events grow by addition. */
export function eventSchemas(): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of named) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, {
    target: 'draft-7',
    io: 'input',
    uri: (id) => `${schemaPlace}${id}`,
    override: ({ jsonSchema }) => leaveOutRepetition(jsonSchema),
  });
  return Object.fromEntries(Object.entries<object>(schemas).map(([name, schema]) => [name, withoutPlace(schema)]));
}

function withoutPlace(schema: object): JsonSchema {
  const { $schema: _dialect, $id: _place, ...rest } = schema as JsonSchema;
  return rest;
}

/** zod states a date as a format and as a pattern of 200 characters, and calls some patterns formats of its own. */
function leaveOutRepetition(schema: { format?: string; pattern?: string }): void {
  if (schema.format === 'date-time') delete schema.pattern;
  if (schema.format === 'starts_with') delete schema.format;
}
