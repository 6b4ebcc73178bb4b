import { writeFile, mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { loopback } from '../processes/free-port.ts';
import type { Recipe } from '../processes/server-process.ts';

export interface BrokerPlace {
  readonly program: string;
  readonly storeDirectory: string;
  readonly configFile: string;
  readonly logFile: string;
  readonly port: number;
}

/** One nats-server with JetStream: where its streams are, how it is started, and how it is reached. */
export class Broker {
  constructor(readonly place: BrokerPlace) {}

  get url(): string {
    return `nats://${loopback}:${this.place.port}`;
  }

  async configure(): Promise<void> {
    const { configFile, storeDirectory } = this.place;
    await mkdir(dirname(configFile), { recursive: true });
    await mkdir(storeDirectory, { recursive: true });
    await writeFile(configFile, brokerConfig(this.place));
  }

  recipe(): Recipe {
    const { program, configFile, logFile } = this.place;
    return { command: program, args: ['--config', configFile], env: process.env, logFile };
  }

  /** Throws until the server greets; its greeting says whether JetStream is up. */
  answers(): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: loopback, port: this.place.port, timeout: 1_000 });
      socket.setEncoding('utf8');
      socket.once('data', (greeting: string) => {
        socket.destroy();
        resolve(greeting.includes('"jetstream":true'));
      });
      socket.once('timeout', () => socket.destroy(new Error('the broker took the connection and said nothing')));
      socket.once('error', reject);
    });
  }
}

function brokerConfig({ port, storeDirectory }: BrokerPlace): string {
  return `# Written at every start; changes here are lost.
server_name: quittance
listen: "${loopback}:${port}"

jetstream {
  store_dir: ${JSON.stringify(storeDirectory)}
  # Acknowledged messages of the last 10 s may be lost with the power. The event log in PostgreSQL holds them and the
  # relays publish them again, so syncing each one (five times slower) would buy nothing.
  sync_interval: "10s"
  # A bound, so that a consumer which stopped cannot fill the disk that PostgreSQL is on.
  max_file_store: 4GB
  max_memory_store: 256MB
}
`;
}
