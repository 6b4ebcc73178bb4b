import { readFileSync } from 'node:fs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { isEnumType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isTestToken } from '../../apps/sandbox/src/tokens/test-tokens.ts';
import { merchantSchema } from '../../tools/generated/merchant-schema.ts';
import { testCardTokens } from '#domain';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { startApiHere } from '../support/services.ts';

let database: TestDatabase;
let api: NestFastifyApplication;

beforeAll(async () => {
  database = await createDatabase();
  api = await startApiHere({ database, nats: { url: 'nats://127.0.0.1:1' } });
});

afterAll(async () => {
  await api.close();
  await database.drop();
});

const pageOf = async (name: string): Promise<Response> => fetch(`${await api.getUrl()}/docs/${name}`);

describe('the pages that errors link to', () => {
  test('are there, run nothing, and ask for nothing', async () => {
    for (const name of ['errors', 'sandbox']) {
      const response = await pageOf(name);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
      const html = await response.text();
      expect(html).not.toMatch(/<script|<img|<link|src=/);
    }
    expect((await pageOf('nothing')).status).toBe(404);
    expect((await pageOf('..%2f..%2fpackage')).status).toBe(404);
  });

  test('have a heading for every code, as docsUrl names it', async () => {
    const html = await (await pageOf('errors')).text();
    const codes = (await merchantSchema()).getType('ErrorCode');
    const names = isEnumType(codes) ? codes.getValues().map(({ name }) => name) : [];
    expect(names.length).toBeGreaterThan(0);
    for (const name of [...names, 'UNAUTHENTICATED', 'BAD_USER_INPUT', 'UNAVAILABLE', 'INTERNAL_SERVER_ERROR']) {
      expect(html).toContain(`<h3 id="${name.toLowerCase()}">${name}</h3>`);
    }
  });

  test('lead from one to the other', async () => {
    expect(await (await pageOf('errors')).text()).toContain('href="/docs/sandbox#test-tokens"');
    expect(await (await pageOf('sandbox')).text()).toContain('<h2 id="test-tokens">');
  });
});

describe('the cards that the API takes', () => {
  test('are the cards that the sandbox plays', () => {
    expect(Object.keys(testCardTokens).filter((token) => !isTestToken(token))).toEqual([]);
  });

  test('are the cards that the page lists', () => {
    const page = readFileSync('docs/sandbox.md', 'utf8');
    const listed = new Set(page.match(/`tok_\w+`/g)?.map((token) => token.slice(1, -1)));
    expect([...listed].toSorted()).toEqual(Object.keys(testCardTokens).toSorted());
  });
});
