import type { Pool, PoolClient } from 'pg';
import { asFault } from './fault.ts';

/** Runs one statement. bigint columns arrive as `bigint`, timestamps as `Date`, jsonb parsed. */
export interface Sql {
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** One name per statement text: each connection parses and plans it once. */
const statementNames = new Map<string, string>();

function nameOf(text: string): string {
  const known = statementNames.get(text);
  if (known !== undefined) return known;
  const name = `q${statementNames.size + 1}`;
  statementNames.set(text, name);
  return name;
}

/** On a pool each statement is a transaction of its own; on a client it is part of that client's transaction. */
export function sqlOn(connection: Pool | PoolClient): Sql {
  return {
    async query<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
      try {
        const result = await connection.query<Row>({ name: nameOf(text), text, values: [...values] });
        return result.rows;
      } catch (error) {
        throw asFault(error);
      }
    },
  };
}
