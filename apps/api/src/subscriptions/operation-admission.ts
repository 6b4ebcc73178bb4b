import type { GraphQLSchemaHost } from '@nestjs/graphql';
import {
  getOperationAST,
  getVariableValues,
  GraphQLError,
  OperationTypeNode,
  parse,
  specifiedRules,
  validate,
  type DocumentNode,
  type ExecutionArgs,
  type OperationDefinitionNode,
} from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { operationLimits, parseLimits } from '../graphql/limits/execution-limits.ts';
import { costProblemOf } from '../graphql/limits/operation-cost.ts';

/** More than these wrong variables at once help nobody. */
const variableErrorsMax = 10;

export type Admission =
  | { readonly ok: true; readonly args: ExecutionArgs }
  | { readonly ok: false; readonly errors: readonly GraphQLError[] };

/** Lets in what a socket may run: one subscription, valid, and within the limits that hold over HTTP. */
export class OperationAdmission {
  /** `hideSuggestions`: whether "Did you mean …?" would tell about a schema that is not shown. */
  constructor(
    private readonly schemaHost: GraphQLSchemaHost,
    private readonly hideSuggestions: boolean,
  ) {}

  admit(payload: SubscribePayload): Admission {
    const document = parsed(payload.query);
    if (document instanceof GraphQLError) return refused(document);

    const operation = getOperationAST(document, payload.operationName);
    if (!operation) {
      return refused(
        coded('OPERATION_RESOLUTION_FAILURE', 'Name the operation to run: the document has none or several.'),
      );
    }
    if (operation.operation !== OperationTypeNode.SUBSCRIPTION) {
      return refused(
        coded('BAD_REQUEST', `A ${operation.operation} is sent by POST to /graphql; here is for subscriptions.`),
      );
    }
    const problems = this.problemsOf(document, operation, payload);
    if (problems.length > 0) return { ok: false, errors: problems };
    const { schema } = this.schemaHost;
    return {
      ok: true,
      args: { schema, document, operationName: payload.operationName, variableValues: payload.variables },
    };
  }

  private problemsOf(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    payload: SubscribePayload,
  ): readonly GraphQLError[] {
    const { schema } = this.schemaHost;
    const { hideSuggestions } = this;
    const invalid = validate(schema, document, [...specifiedRules, ...operationLimits], { hideSuggestions });
    if (invalid.length > 0) return invalid.map((error) => withCode('GRAPHQL_VALIDATION_FAILED', error));

    const variables = payload.variables ?? {};
    const operationName = payload.operationName ?? undefined;
    const tooCostly = costProblemOf({ schema, document, operationName, variables });
    if (tooCostly !== undefined) return [tooCostly];

    const definitions = operation.variableDefinitions ?? [];
    const coerced = getVariableValues(schema, definitions, variables, {
      maxErrors: variableErrorsMax,
      hideSuggestions,
    });
    return (coerced.errors ?? []).map((error) => withCode('BAD_USER_INPUT', error));
  }
}

function parsed(query: string): DocumentNode | GraphQLError {
  try {
    return parse(query, parseLimits);
  } catch (error) {
    if (error instanceof GraphQLError) return withCode('GRAPHQL_PARSE_FAILED', error);
    throw error;
  }
}

function refused(...errors: readonly GraphQLError[]): Admission {
  return { ok: false, errors };
}

export function coded(code: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}

/** graphql-js gives its own errors no code. */
function withCode(code: string, error: GraphQLError): GraphQLError {
  const { nodes, source, positions, message, extensions } = error;
  return new GraphQLError(message, { nodes, source, positions, extensions: { code, ...extensions } });
}
