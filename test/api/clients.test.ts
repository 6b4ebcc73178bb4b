import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { codegen } from '@graphql-codegen/core';
import * as operationsPlugin from '@graphql-codegen/typescript-operations';
import { parse } from 'graphql';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { merchantSchemaText } from '../../tools/generated/merchant-schema.ts';

const run = promisify(execFile);
const programOf = (name: string): string => resolve('node_modules', '.bin', name);

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'quittance-test-clients-'));
});

afterEach(() => rm(home, { recursive: true, force: true }));

/** What a program prints, whether it likes what it sees or not. */
async function outputOf(program: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  try {
    const { stdout, stderr } = await run(programOf(program), [...args], { cwd: home });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: stdout + stderr };
  }
}

describe('Relay', () => {
  const shop = (pageField: string): string => `
    export const list = graphql\`
      fragment Shop_payments on Query
      @argumentDefinitions(count: { type: "Int", defaultValue: 20 }, cursor: { type: "String" }, filter: { type: "PaymentFilter" })
      @refetchable(queryName: "ShopPaymentsPaginationQuery") {
        ${pageField}(first: $count, after: $cursor, filter: $filter) @connection(key: "Shop_payments") {
          edges { node { id ...Shop_payment } }
        }
      }\`;
    export const backwards = graphql\`
      fragment Shop_oldest on Query
      @argumentDefinitions(count: { type: "Int", defaultValue: 20 }, cursor: { type: "String" })
      @refetchable(queryName: "ShopOldestPaginationQuery") {
        oldest: payments(last: $count, before: $cursor) @connection(key: "Shop_oldest") { edges { node { id } } }
      }\`;
    export const payment = graphql\`
      fragment Shop_payment on Payment @refetchable(queryName: "ShopPaymentRefetchQuery") {
        id status amount { minor decimal currency } metadata timeline { at kind summary details }
      }\`;
    export const events = graphql\`
      fragment Shop_events on Payment
      @argumentDefinitions(count: { type: "Int", defaultValue: 20 }, cursor: { type: "String" })
      @refetchable(queryName: "ShopEventsPaginationQuery") {
        events(first: $count, after: $cursor) @connection(key: "Shop_events") { edges { node { id sequence type } } }
      }\`;
    export const deliveries = graphql\`
      fragment Shop_deliveries on WebhookEndpoint
      @argumentDefinitions(count: { type: "Int", defaultValue: 20 }, cursor: { type: "String" })
      @refetchable(queryName: "ShopDeliveriesPaginationQuery") {
        deliveries(first: $count, after: $cursor) @connection(key: "Shop_deliveries") {
          edges { node { id status attempts { number responseStatus } } }
        }
      }\`;
    export const query = graphql\`
      query ShopQuery($filter: PaymentFilter) {
        ...Shop_payments @arguments(filter: $filter)
        ...Shop_oldest
        webhookEndpoints { ...Shop_deliveries }
      }\`;
    export const create = graphql\`
      mutation ShopCreatePaymentMutation($input: CreatePaymentInput!) {
        createPayment(input: $input) {
          payment { ...Shop_payment ...Shop_events }
          userErrors { __typename code message path ... on AmountExceededError { available { decimal } } }
        }
      }\`;
  `;

  async function compile(source: string): Promise<{ code: number; output: string }> {
    await mkdir(join(home, 'src', 'artifacts'), { recursive: true });
    await writeFile(join(home, 'schema.graphql'), await merchantSchemaText());
    await writeFile(join(home, 'src', 'Shop.ts'), source);
    await writeFile(
      join(home, 'relay.config.json'),
      JSON.stringify({
        src: './src',
        schema: './schema.graphql',
        language: 'typescript',
        artifactDirectory: './src/artifacts',
        customScalarTypes: { DateTime: 'string', MinorUnits: 'number', JSONObject: 'Record<string, unknown>' },
      }),
    );
    return outputOf('relay-compiler', ['relay.config.json']);
  }

  test('accepts the schema with connections in both directions, refetching and mutations', async () => {
    const { code, output } = await compile(shop('payments'));
    expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' });
    expect(await readdir(join(home, 'src', 'artifacts'))).toContain('ShopPaymentsPaginationQuery.graphql.ts');
  });

  test('refuses what is not there, so it has really looked', async () => {
    const { code, output } = await compile(shop('purchases'));
    expect(code).not.toBe(0);
    expect(output).toContain('purchases');
  });
});

describe('a client generated for TypeScript', () => {
  const documents = `
    mutation Pay($input: CreatePaymentInput!) {
      createPayment(input: $input) {
        payment { id status amount { minor decimal currency } allowedActions createdAt }
        userErrors {
          __typename code message path docsUrl
          ... on InvalidStateError { currentStatus allowedActions }
          ... on AmountExceededError { available { minor currency } }
          ... on IdempotencyConflictError { firstSeenAt }
        }
      }
    }
    query Payments($filter: PaymentFilter) {
      payments(first: 10, filter: $filter) { nodes { id metadata settlement { net { minor } } } pageInfo { endCursor } }
    }
    query Find($id: ID!) { node(id: $id) { __typename ... on Payment { status } ... on Event { sequence data } } }
  `;

  /** Narrows by __typename, leaves out what has defaults, and may not name what is not there. */
  const program = (status: string): string => `
    import type { FindQuery, PaymentsQueryVariables, PayMutation, PayMutationVariables } from './client.ts';

    export const variables: PayMutationVariables = {
      input: {
        idempotencyKey: 'key', reference: 'order', amount: { minor: 1099, currency: 'EUR' }, source: { cardToken: 'tok_visa' },
      },
    };
    export const filter: PaymentsQueryVariables = { filter: { status: ['${status}'], createdAfter: '2026-11-21T00:00:00Z' } };

    export function explain({ createPayment }: PayMutation): string {
      const minor: number | undefined = createPayment?.payment?.amount.minor;
      const [error] = createPayment?.userErrors ?? [];
      switch (error?.__typename) {
        case undefined: return String(minor);
        case 'AmountExceededError': return \`\${error.available.minor} \${error.available.currency}\`;
        case 'InvalidStateError': return error.allowedActions.join();
        case 'IdempotencyConflictError': return error.firstSeenAt;
        case 'NotFoundError':
        case 'ValidationError': return error.message;
      }
    }

    export function sequenceOf({ node }: FindQuery): number | undefined {
      return node?.__typename === 'Event' ? node.sequence : undefined;
    }
  `;

  async function compile(status: string): Promise<{ code: number; output: string }> {
    const config = {
      scalars: { DateTime: 'string', MinorUnits: 'number', JSONObject: 'Record<string, unknown>' },
      strictScalars: true,
      enumType: 'string-literal',
      useTypeImports: true,
    };
    const client = await codegen({
      filename: 'client.ts',
      schema: parse(await merchantSchemaText()),
      documents: [{ location: 'shop.graphql', document: parse(documents) }],
      plugins: [{ operations: {} }],
      pluginMap: { operations: operationsPlugin },
      config,
    });
    await writeFile(join(home, 'client.ts'), client);
    await writeFile(join(home, 'program.ts'), program(status));
    await writeFile(
      join(home, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          noEmit: true,
          strict: true,
          exactOptionalPropertyTypes: true,
          noUncheckedIndexedAccess: true,
          target: 'es2024',
          module: 'nodenext',
          allowImportingTsExtensions: true,
          types: [],
        },
        files: ['program.ts'],
      }),
    );
    return outputOf('tsc', ['-p', 'tsconfig.json']);
  }

  test('compiles, and tells apart what went wrong', async () => {
    expect(await compile('CAPTURED')).toEqual({ code: 0, output: '' });
  });

  test('does not compile with a status that does not exist, so it has really looked', async () => {
    const { code, output } = await compile('CAPTURD');
    expect(code).not.toBe(0);
    expect(output).toContain('CAPTURD');
  });
});
