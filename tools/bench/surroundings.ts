import { cpus, release, totalmem, type } from 'node:os';
import type { BenchStack } from './bench-stack.ts';

export function describeMachine(): Record<string, string | number> {
  const [first] = cpus();
  return {
    cpu: first?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    system: `${type()} ${release()}`,
  };
}

export async function versions(stack: BenchStack): Promise<Record<string, string>> {
  const { rows } = await stack.database.query<{ server_version: string }>('SHOW server_version');
  return { node: process.version, postgresql: rows[0]?.server_version ?? 'unknown' };
}

/** The settings on which a commit means what it says. */
export async function describeDurability(stack: BenchStack): Promise<Record<string, string>> {
  const { rows } = await stack.database.query<{ name: string; setting: string }>(
    `SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes')`,
  );
  return Object.fromEntries(rows.map((row) => [row.name, row.setting]));
}
