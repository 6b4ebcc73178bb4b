import { readFile } from 'node:fs/promises';
import type { BenchStack } from '../bench-stack.ts';
import type { ServiceName } from '../../provisioning/service-databases.ts';
import { measured, type Measurement } from './measurement.ts';

/** Resident memory of services as the kernel counts it. */
export async function residentMemory(
  stack: BenchStack,
  services: readonly ServiceName[],
  when: string,
): Promise<Measurement[]> {
  return Promise.all(
    services.map(async (service) => {
      const status = await readFile(`/proc/${await stack.pidOf(service)}/status`, 'utf8');
      const kilobytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
      return measured(`resident memory ${when}, ${service}`, kilobytes / 1_024, 'MB');
    }),
  );
}

/** Dead tuples, of which append-only tables have none, and the size of tables and indexes. */
export async function tableFootprint(stack: BenchStack, when: string): Promise<Measurement[]> {
  // Sessions tell of what they did with a delay, and this session remembers what it was told.
  await stack.database.query('SELECT pg_stat_force_next_flush(), pg_stat_clear_snapshot()');
  const { rows } = await stack.database.query<{ name: string; dead: string; heap: string; indexes: string }>(
    `SELECT coalesce(parent.relname, child.relname) AS name, sum(n_dead_tup) AS dead,
       sum(pg_table_size(child.relid)) AS heap, sum(pg_indexes_size(child.relid)) AS indexes
     FROM pg_stat_user_tables child
     LEFT JOIN pg_inherits ON inhrelid = child.relid LEFT JOIN pg_class parent ON parent.oid = inhparent
     WHERE schemaname = 'payments' AND coalesce(parent.relname, child.relname) IN ('payment', 'idempotency', 'event')
     GROUP BY 1 ORDER BY 1`,
  );
  return rows.flatMap(({ name, dead, heap, indexes }) => [
    measured(`dead tuples ${when}, ${name}`, Number(dead), 'rows'),
    measured(`size ${when}, ${name}`, Number(heap) / 1024 ** 2, 'MB'),
    measured(`size of indexes ${when}, ${name}`, Number(indexes) / 1024 ** 2, 'MB'),
  ]);
}
