import { Broker, Relay, type RelayLog } from '#messaging';
import type { Logger } from '#observability';
import type { LaneCursor } from '#persistence';

export interface MortalRelay {
  readonly relay: Relay<LaneCursor>;
  /** Abandons it as a process that dies does: its lease is not given back, nothing it has begun is finished. */
  die(): void;
  readonly dead: Promise<void>;
  /** As a service does that is told to stop. */
  stop(): Promise<void>;
}

export interface MortalRelayOptions {
  readonly log: RelayLog<LaneCursor>;
  readonly natsUrl: string;
  readonly owner: string;
  readonly logger: Logger;
  readonly leaseMs?: number;
  readonly lanes?: number;
  readonly published?: () => void;
  readonly streamBytesMax?: number;
}

export function startMortalRelay(options: MortalRelayOptions): MortalRelay {
  const { log, owner, logger, natsUrl, lanes = 1 } = options;
  const { streamBytesMax } = options;
  const broker = new Broker({ url: natsUrl, name: owner, ...(streamBytesMax === undefined ? {} : { streamBytesMax }) });
  const death = Promise.withResolvers<void>();
  let dead = false;
  /** A dead process asks nothing and hears no answer. */
  const whileAlive = async <T>(question: () => Promise<T>): Promise<T> => {
    if (dead) return new Promise(() => undefined);
    const answer = await question();
    return dead ? new Promise(() => undefined) : answer;
  };
  const mortalLog: RelayLog<LaneCursor> = {
    acquire: (...lease) => whileAlive(() => log.acquire(...lease)),
    advance: (...lease) => whileAlive(() => log.advance(...lease)),
    release: (...lease) => whileAlive(() => log.release(...lease)),
    read: (...page) => whileAlive(() => log.read(...page)),
    rewind: (...loss) => log.rewind(...loss),
  };
  const relay = new Relay(mortalLog, broker, {
    source: 'payments',
    owner,
    lanes,
    logger,
    ...(options.leaseMs === undefined ? {} : { leaseMs: options.leaseMs }),
    ...(options.published === undefined ? {} : { published: options.published }),
  });
  relay.start();
  return {
    relay,
    die() {
      dead = true;
      void broker.connected().then((connection) => connection.close());
      death.resolve();
    },
    dead: death.promise,
    async stop() {
      if (dead) return;
      await relay.stop();
      await broker.close();
    },
  };
}
