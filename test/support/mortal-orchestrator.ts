import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { streams } from '#contracts';
import { Broker } from '#messaging';
import { freePort } from '../../tools/processes/free-port.ts';
import { AckTrap } from './ack-trap.ts';
import type { Charging } from './charging.ts';
import { until } from './until.ts';

/** The orchestrator as a process of its own, which can be killed at any moment and started again. */
export class MortalOrchestrator {
  private child: ChildProcess | undefined;
  private readonly environment: NodeJS.ProcessEnv;
  private readonly acks: AckTrap;
  private readonly broker: Broker;

  private constructor(environment: NodeJS.ProcessEnv, acks: AckTrap, broker: Broker) {
    this.environment = environment;
    this.acks = acks;
    this.broker = broker;
  }

  /** `acquirers`: ACQUIRER_ALPHA_URL among them. */
  static async start(
    { database, nats }: Pick<Charging, 'database' | 'nats'>,
    acquirers: Readonly<Record<string, string>>,
  ): Promise<MortalOrchestrator> {
    const acks = await AckTrap.before(nats.url);
    const orchestrator = new MortalOrchestrator(
      {
        ...process.env,
        DATABASE_URL: database.urlFor('orchestrator'),
        NATS_URL: acks.url,
        PORT: String(await freePort()),
        LOG_LEVEL: 'fatal',
        NODE_ENV: 'development',
        FRAUD_DEADLINE_MS: '100',
        ...acquirers,
      },
      acks,
      new Broker({ url: nats.url, name: 'test' }),
    );
    await orchestrator.startAgain();
    return orchestrator;
  }

  /** kill −9, at once. */
  kill(): void {
    this.child?.kill('SIGKILL');
  }

  /**
   * kill −9 when it is about to acknowledge a message that is not on the stream yet: what the message did is committed, and
   * the broker does not know. Those of an earlier story may still be acknowledged, some for the second time.
   */
  async killAtAck(): Promise<void> {
    const { state } = await (await this.broker.manager()).streams.info(streams.payments.name);
    this.acks.spring(state.last_seq, () => this.kill());
  }

  async isDead(): Promise<void> {
    const { child } = this;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }

  async startAgain(): Promise<void> {
    const { environment } = this;
    this.child = spawn(process.execPath, ['dist/apps/orchestrator/src/main.js'], { stdio: 'ignore', env: environment });
    const ready = `http://127.0.0.1:${environment['PORT']}/readyz`;
    await until('the orchestrator to serve', async () => (await fetch(ready)).ok, { deadlineMs: 60_000 });
  }

  async stop(): Promise<void> {
    this.child?.kill('SIGTERM');
    await this.isDead();
    await this.broker.close();
    await this.acks.close();
  }
}
