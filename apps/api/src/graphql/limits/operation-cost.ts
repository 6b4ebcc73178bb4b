import { fieldExtensionsEstimator, getComplexity, simpleEstimator } from 'graphql-query-complexity';
import { GraphQLError, Kind, visit, type DocumentNode, type GraphQLSchema } from 'graphql';
import { limitError } from './limit-error.ts';

/**
 * A field costs 1, a list what its items cost times its page size. A page of 100 payments with all that belongs to each,
 * timelines and events apart, costs about 8 000.
 */
const operationCostMax = 10_000;

/** What a field without a page size stands for: a payment has few captures, refunds, attempts and entries. */
const shortListLength = 3;

const estimators = [fieldExtensionsEstimator(), simpleEstimator({ defaultComplexity: 1 })];

/** A field as its cost is estimated: its arguments, and what is asked of one item. */
interface FieldCost {
  readonly args: { readonly [argument: string]: unknown };
  readonly childComplexity: number;
}

/** The cost of a connection: its page size times what is asked of each item. */
export function pageCost(sizeDefault: number): (field: FieldCost) => number {
  return ({ args, childComplexity }) => {
    const size: unknown = args['first'] ?? args['last'] ?? sizeDefault;
    return 1 + Math.max(1, Number(size)) * childComplexity;
  };
}

/** The cost of a list that has no pages. */
export function shortListCost({ childComplexity }: FieldCost): number {
  return 1 + shortListLength * childComplexity;
}

/** Costs of documents whose variables change nothing about them. Documents come from Apollo's cache of parsed ones. */
const knownCosts = new WeakMap<DocumentNode, Map<string | undefined, number>>();

export interface Operation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>> | undefined;
}

/** The error when an operation costs too much, or when its variables do not fit. The document has been validated. */
export function costProblemOf(operation: Operation): GraphQLError | undefined {
  const actual = costOf(operation);
  if (actual instanceof GraphQLError) return actual;
  if (actual <= operationCostMax) return undefined;
  const message = `This operation costs ${actual}, and ${operationCostMax} is allowed: ask for smaller pages or fewer fields.`;
  return limitError(message, operationCostMax, actual);
}

function costOf(operation: Operation): number | GraphQLError {
  const { document, operationName } = operation;
  const known = knownCosts.get(document)?.get(operationName);
  if (known !== undefined) return known;
  const cost = measure(operation);
  if (cost instanceof GraphQLError) return cost;
  if (!hasVariableSizes(document)) {
    const costs = knownCosts.get(document) ?? new Map<string | undefined, number>();
    knownCosts.set(document, costs.set(operationName, cost));
  }
  return cost;
}

function measure({ schema, document, operationName, variables }: Operation): number | GraphQLError {
  try {
    return getComplexity({
      schema,
      query: document,
      estimators,
      variables: { ...variables },
      ...(operationName === undefined ? {} : { operationName }),
    });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return new GraphQLError(error.message, {
      ...(error.nodes === undefined ? {} : { nodes: error.nodes }),
      extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } },
    });
  }
}

/** Page sizes and `@include` or `@skip` decide about the cost; other arguments and inputs do not. */
function hasVariableSizes(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    Argument: ({ name, value }) => {
      if (['first', 'last', 'if'].includes(name.value) && value.kind === Kind.VARIABLE) found = true;
    },
  });
  return found;
}
