import { Pool as Acquirer } from 'undici';
import pg from 'pg';
import { peerPackage } from '../peers/installed-peers.ts';
import { announcePort } from '../peers/peer-process.ts';
import type { WorkflowOrder, WorkflowsDone } from './dbos-workflows.ts';

/** What of the npm package is used. */
interface DbosPackage {
  readonly DBOS: {
    setConfig(configuration: object): void;
    launch(): Promise<void>;
    registerWorkflow<Arguments extends unknown[]>(
      story: (...values: Arguments) => Promise<void>,
      options: { name: string },
    ): (...values: Arguments) => Promise<void>;
    runStep<Result>(step: () => Promise<Result>, options: { name: string }): Promise<Result>;
  };
}

/** Of its own pool and of the pool for the payments: what suits it best is the number of workflows side by side. */
const poolSize = 20;

const { DBOS } = peerPackage<DbosPackage>('@dbos-inc/dbos-sdk');
const databaseUrl = process.env['DATABASE_URL'] ?? '';
const payments = new pg.Pool({ connectionString: databaseUrl, max: poolSize });
const { origin, pathname } = new URL(process.env['ACQUIRER_URL'] ?? '');
const acquirer = new Acquirer(origin, { connections: 128 });

/** The five steps of a charge: risk, the choice of an acquirer, authorization, capture, and writing down what came of it. */
const charge = DBOS.registerWorkflow(
  async (id: string): Promise<void> => {
    const risk = await DBOS.runStep(() => Promise.resolve({ decision: 'allow', score: 0 }), { name: 'assess' });
    if (risk.decision !== 'allow') return;
    await DBOS.runStep(() => Promise.resolve({ acquirer: 'alpha' }), { name: 'route' });
    const authorization = await DBOS.runStep(
      () =>
        call('/authorizations', `${id}-a`, {
          cardToken: 'tok_visa',
          amountMinor: 1_099,
          currency: 'EUR',
          reference: id,
        }),
      { name: 'authorize' },
    );
    await DBOS.runStep(
      () => call(`/authorizations/${authorization}/captures`, `${id}-c`, { amountMinor: 1_099, final: true }),
      {
        name: 'capture',
      },
    );
    await DBOS.runStep(() => complete(id), { name: 'complete' });
  },
  { name: 'charge' },
);

/** Gives the acquirer's id of the authorization. */
async function call(path: string, key: string, body: object): Promise<string> {
  const response = await acquirer.request({
    method: 'POST',
    path: pathname + path,
    headers: { 'idempotency-key': key, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = (await response.body.json()) as { status: string; authorizationId: string };
  if (answer.status !== 'approved') throw new Error(`the acquirer answered ${JSON.stringify(answer)}`);
  return answer.authorizationId;
}

async function complete(id: string): Promise<void> {
  await payments.query({
    name: 'complete',
    text: `INSERT INTO dbos_peer.payment (id, state, captured) VALUES ($1, 'captured', 1099)`,
    values: [id],
  });
}

DBOS.setConfig({ name: 'bench', systemDatabaseUrl: databaseUrl, systemDatabasePoolSize: poolSize, logLevel: 'error' });
await DBOS.launch();

process.on('message', ({ amount, sideBySide }: WorkflowOrder) => void runThem(amount, sideBySide));
announcePort(0);

async function runThem(amount: number, sideBySide: number): Promise<void> {
  let left = amount;
  const began = performance.now();
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await charge(crypto.randomUUID());
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, worker));
  process.send?.({ perSecond: (amount / (performance.now() - began)) * 1_000 } satisfies WorkflowsDone);
}
