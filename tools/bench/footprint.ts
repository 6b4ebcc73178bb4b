import { readFile } from 'node:fs/promises';
import type { BenchStack } from './bench-stack.ts';
import { measured, type Measurement } from './measurement.ts';

/** Resident memory of each service as the kernel counts it. */
export async function residentMemory(stack: BenchStack): Promise<Measurement[]> {
  const ours = ['api', 'orchestrator', 'fraud', 'settlement', 'webhooks', 'sandbox'];
  const pids = await stack.pids();
  return Promise.all(
    ours.map(async (service) => {
      const status = await readFile(`/proc/${pids[service]}/status`, 'utf8');
      const kilobytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
      return measured(`resident memory, ${service}`, kilobytes / 1_024, 'MB');
    }),
  );
}

/** Dead tuples in the event logs: an append-only log has none. */
export async function deadTuples(stack: BenchStack): Promise<Measurement[]> {
  await stack.database.query('SELECT pg_stat_clear_snapshot()');
  const dead = await stack.count(
    `SELECT coalesce(sum(n_dead_tup), 0) AS count FROM pg_stat_user_tables WHERE relname LIKE 'event\\_%'`,
  );
  return [measured('dead tuples in the event logs', dead, 'rows')];
}
