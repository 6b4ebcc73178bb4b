import { readFile } from 'node:fs/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { buildClientSchema, getIntrospectionQuery, lexicographicSortSchema, printSchema } from 'graphql';
import type { IntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { openMerchantDoor, type MerchantDoor } from '../support/merchant-door.ts';
import { startApiHere, testAdminKey } from '../support/services.ts';

let database: TestDatabase;
let api: NestFastifyApplication;
let door: MerchantDoor;

beforeAll(async () => {
  database = await createDatabase();
  api = await startApiHere({ database, nats: { url: 'nats://127.0.0.1:1' }, environment: { LOG_LEVEL: 'silent' } });
  door = await openMerchantDoor(api);
});

afterAll(async () => {
  await api.close();
  await database.drop();
});

/** Both schemas live in one process, and Nest keeps the types of all in one place: what is printed alone proves little. */
async function servedAt(url: string, key: string): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query: getIntrospectionQuery({ oneOf: true, specifiedByUrl: true }) }),
  });
  const { data } = (await response.json()) as { data: IntrospectionQuery };
  return `${printSchema(lexicographicSortSchema(buildClientSchema(data)))}\n`;
}

test('merchants are served the schema that is committed, and nothing of administration', async () => {
  const committed = await readFile('docs/generated/schema.graphql', 'utf8');
  expect(await servedAt(door.graphqlUrl, door.secretKey)).toBe(committed);
});

test('administration is served the schema that is committed', async () => {
  const committed = await readFile('docs/generated/admin-schema.graphql', 'utf8');
  expect(await servedAt(door.graphqlUrl.replace('/graphql', '/admin/graphql'), testAdminKey)).toBe(committed);
});
