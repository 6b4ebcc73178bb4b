import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { openMerchantDoor, type MerchantDoor } from '../support/merchant-door.ts';
import { startApiHere } from '../support/services.ts';

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

/** The audit suite knows nothing of keys; every request of it gets one. */
const audits = serverAudits({
  url: () => door.graphqlUrl,
  fetchFn: (input: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${door.secretKey}`);
    return fetch(input, { ...init, headers });
  },
});

test('the suite has its sixty-one audits', () => {
  expect(audits.length).toBeGreaterThanOrEqual(61);
});

/** Warnings and notices are about what the specification leaves open, such as the status of a validation error. */
test.each(audits.map((audit) => [audit.name, audit] as const))('%s', async (_, audit) => {
  const result = await audit.fn();
  const reason = 'reason' in result ? result.reason : undefined;
  expect({ status: result.status === 'error' ? 'error' : 'no error', reason }).toEqual({ status: 'no error', reason });
});
