import { GraphQLError, GraphQLScalarType, Kind, type ObjectValueNode, type ValueNode } from 'graphql';

export type JsonObject = Readonly<Record<string, unknown>>;

const hint = 'A JSONObject is a JSON object, for example { "cart": "c-17" }.';

/** What merchants attach and what events tell. Values that we interpret have types of their own. */
export const JsonObjectScalar = new GraphQLScalarType<JsonObject, JsonObject>({
  name: 'JSONObject',
  description: 'A JSON object of any shape.',
  serialize: objectOf,
  parseValue: objectOf,
  parseLiteral: (node: ValueNode, variables) => {
    if (node.kind !== Kind.OBJECT) throw new GraphQLError(hint, { nodes: node });
    return objectOfLiteral(node, variables);
  },
});

function objectOf(value: unknown): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new GraphQLError(hint);
  return value as JsonObject;
}

function objectOfLiteral(node: ObjectValueNode, variables: JsonObject | null | undefined): JsonObject {
  return Object.fromEntries(node.fields.map((field) => [field.name.value, valueOf(field.value, variables)]));
}

function valueOf(node: ValueNode, variables: JsonObject | null | undefined): unknown {
  switch (node.kind) {
    case Kind.STRING:
    case Kind.BOOLEAN:
    case Kind.ENUM:
      return node.value;
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.LIST:
      return node.values.map((value) => valueOf(value, variables));
    case Kind.OBJECT:
      return objectOfLiteral(node, variables);
    case Kind.NULL:
      return null;
    case Kind.VARIABLE:
      return variables?.[node.name.value];
  }
}
