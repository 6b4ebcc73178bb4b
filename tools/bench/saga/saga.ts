import type { BenchStack } from '../bench-stack.ts';
import { comparedWith, medianOf, type Measurement } from '../figures/measurement.ts';
import { tell } from '../figures/progress.ts';
import { saturate } from '../load/saturation.ts';
import { installPeers } from '../peers/installed-peers.ts';
import { PeerProcess } from '../peers/peer-process.ts';
import type { WorkflowOrder, WorkflowsDone } from './dbos-workflows.ts';

const runs = 3;
const payments = 2_000;
/** It takes several times as long for each. */
const workflows = 600;
const workflowsTried = [8, 32, 128] as const;
const connections = 32;

/**
 * A charge from its creation to its capture, by our sagas and as a workflow with the same five steps, both calling the same
 * acquirer and writing to the same PostgreSQL. Ours includes what it takes to get there: the relay, the inbox and the risk
 * service. Settlement and the feed are halted.
 */
export async function saga(stack: BenchStack): Promise<Measurement[]> {
  await installPeers();
  await stack.halt('settlement', 'webhooks');
  await stack.database.query(`CREATE SCHEMA dbos_peer;
    CREATE TABLE dbos_peer.payment (id uuid PRIMARY KEY, state text NOT NULL, captured bigint NOT NULL)`);
  const dbos = await PeerProcess.start(new URL('dbos-workflows.process.js', import.meta.url), {
    DATABASE_URL: stack.demo.databaseUrl,
    ACQUIRER_URL: `${stack.demo.sandboxUrl}/acquirers/alpha`,
  });
  try {
    await chargeThem(stack);
    const sideBySide = await bestFor(dbos);
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      ours.push(await chargeThem(stack));
      theirs.push(await runThem(dbos, { amount: workflows, sideBySide }));
    }
    return [
      comparedWith(medianOf('saga, created → captured', ours, 'payments/s'), ours, { DBOS: theirs }),
      medianOf(`saga, peer: DBOS, ${sideBySide} side by side`, theirs, 'workflows/s'),
    ];
  } finally {
    await dbos.stop();
  }
}

/** The orchestrator sleeps while they are accepted, so that what is measured begins with all of them there. */
async function chargeThem(stack: BenchStack): Promise<number> {
  const orchestrator = await stack.pidOf('orchestrator');
  process.kill(orchestrator, 'SIGSTOP');
  try {
    await saturate(stack.api, { connections, payments });
  } finally {
    process.kill(orchestrator, 'SIGCONT');
  }
  const began = performance.now();
  await stack.quiet();
  const perSecond = (payments / (performance.now() - began)) * 1_000;
  tell('captured', perSecond, 'payments/s');
  return perSecond;
}

async function bestFor(dbos: PeerProcess): Promise<number> {
  let best = { sideBySide: 0, perSecond: 0 };
  for (const sideBySide of workflowsTried) {
    const perSecond = await runThem(dbos, { amount: workflows / 2, sideBySide });
    if (perSecond > best.perSecond) best = { sideBySide, perSecond };
  }
  return best.sideBySide;
}

async function runThem(dbos: PeerProcess, order: WorkflowOrder): Promise<number> {
  dbos.tell(order);
  const { perSecond } = await dbos.says<WorkflowsDone>();
  tell(`DBOS, ${order.sideBySide} side by side`, perSecond, 'workflows/s');
  return perSecond;
}
