import { readFileSync } from 'node:fs';
import {
  buildSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isSpecifiedScalarType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { merchantSchema, merchantSchemaText } from '../../tools/generated/merchant-schema.ts';
import { currencyCodes } from '#domain';

/** What the contract promises and later work brings. Whatever else is missing has been forgotten. */
const laterWork = [
  'Mutation.replayEvents',
  'Mutation.rotateWebhookSecret',
  'Mutation.sendTestEvent',
  'ReplayEventsInput',
  'ReplayEventsPayload',
  'RotateWebhookSecretInput',
  'RotateWebhookSecretPayload',
  'SendTestEventInput',
  'SendTestEventPayload',
];

let served: GraphQLSchema;
const contract = buildSchema(readFileSync('docs/merchant-api-contract.graphql', 'utf8'));

beforeAll(async () => {
  served = await merchantSchema();
});

const namedTypes = (schema: GraphQLSchema): GraphQLNamedType[] =>
  Object.values(schema.getTypeMap()).filter((type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type));

/** One line per promise: `Payment.events(first: Int = 20): EventConnection!`. */
function promisesOf(schema: GraphQLSchema): Map<string, string> {
  return new Map(namedTypes(schema).flatMap((type) => [[type.name, kindOf(type)] as const, ...membersOf(type)]));
}

function kindOf(type: GraphQLNamedType): string {
  const interfaces = isObjectType(type) ? type.getInterfaces().map(({ name }) => name) : [];
  const oneOf = isInputObjectType(type) && type.isOneOf ? '@oneOf' : '';
  return [type.constructor.name, ...interfaces, oneOf].join(' ').trim();
}

function membersOf(type: GraphQLNamedType): (readonly [string, string])[] {
  if (isEnumType(type)) return type.getValues().map(({ name }) => [`${type.name}.${name}`, 'enum value'] as const);
  if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) return [];
  const fields: (GraphQLField<unknown, unknown> | GraphQLInputField)[] = Object.values(type.getFields());
  return fields.map(
    (field) => [`${type.name}.${field.name}`, 'args' in field ? shapeOf(field) : inputOf(field)] as const,
  );
}

function shapeOf(field: GraphQLField<unknown, unknown>): string {
  return `(${field.args.map((argument) => `${argument.name}: ${inputOf(argument)}`).join(', ')}): ${String(field.type)}`;
}

function inputOf({ type, defaultValue }: GraphQLArgument | GraphQLInputField): string {
  if (defaultValue === undefined) return String(type);
  const enumType = getNamedType(type);
  const shown = isEnumType(enumType) ? enumType.serialize(defaultValue) : JSON.stringify(defaultValue);
  return `${String(type)} = ${String(shown)}`;
}

describe('what is served', () => {
  test('is as the contract says: types, fields, arguments, defaults, nullability, enum values', () => {
    const promised = promisesOf(contract);
    const differing = [...promisesOf(served)]
      .filter(([name]) => !name.startsWith('CurrencyCode.'))
      .filter(([name, shape]) => promised.get(name) !== shape)
      .map(([name, shape]) => `${name} is ${shape}, promised was ${promised.get(name) ?? 'nothing'}`);
    expect(differing).toEqual([]);
  });

  test('leaves out of the contract what is listed as later work, and nothing else', () => {
    const there = promisesOf(served);
    const missing = [...promisesOf(contract).keys()].filter((name) => !there.has(name));
    const isOfMissingType = (name: string): boolean => missing.includes(name.split('.')[0] ?? '') && name.includes('.');
    expect(missing.filter((name) => !isOfMissingType(name)).toSorted()).toEqual(laterWork);
  });

  test('has all of ISO 4217 where the contract lists some', () => {
    const codes = (schema: GraphQLSchema): string[] => {
      const type = schema.getType('CurrencyCode');
      return isEnumType(type) ? type.getValues().map(({ name }) => name) : [];
    };
    expect(codes(served)).toEqual([...currencyCodes]);
    expect(codes(served)).toEqual(expect.arrayContaining(codes(contract)));
  });

  test('describes every type, field, argument and enum value', () => {
    const mute = namedTypes(served).flatMap((type) => [
      ...(type.description ? [] : [type.name]),
      ...describedMembersOf(type)
        .filter(({ description }) => !description)
        .map(({ name }) => `${type.name}.${name}`),
    ]);
    expect(mute).toEqual([]);
  });

  test('is what is committed in docs/generated', async () => {
    expect(readFileSync('docs/generated/schema.graphql', 'utf8')).toBe(await merchantSchemaText());
  });
});

function describedMembersOf(type: GraphQLNamedType): { name: string; description?: string | null | undefined }[] {
  if (isEnumType(type)) return [...type.getValues()];
  if (isInputObjectType(type)) return Object.values(type.getFields());
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.values(type.getFields()).flatMap((field) => [
    field,
    ...field.args.map(({ name, description }) => ({ name: `${field.name}(${name})`, description })),
  ]);
}
