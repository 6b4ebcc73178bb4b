import { writeFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { loopback } from '../processes/free-port.ts';
import type { Recipe } from '../processes/server-process.ts';
import { hasJetStream } from './greeting.ts';

export interface BrokerPlace {
  readonly program: string;
  readonly storeDirectory: string;
  readonly configFile: string;
  readonly logFile: string;
  readonly port: number;
}

/** One nats-server with JetStream: where its streams are, how it is started, and how it is reached. */
export class Broker {
  readonly place: BrokerPlace;

  constructor(place: BrokerPlace) {
    this.place = place;
  }

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

  /** Throws until the server greets, and is false until JetStream is up. */
  answers(): Promise<boolean> {
    return hasJetStream(loopback, this.place.port);
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
