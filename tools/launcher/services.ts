import { serviceUrl, type RolePasswords, type ServiceName } from '../provisioning/service-databases.ts';

/** What the services have to know about each other and about the servers. */
export interface Addresses {
  readonly databaseUrl: string;
  readonly natsUrl: string;
  readonly rolePasswords: RolePasswords;
  readonly adminKey: string;
  /** The demo merchant's key, once there is one. */
  readonly playgroundKey: string | undefined;
  readonly portOf: (service: ServiceName) => number;
}

/** One row of the table of processes. */
export interface Service {
  readonly name: ServiceName;
  /** The port is PORT plus this. */
  readonly portOffset: number;
  readonly needsBroker: boolean;
  /** How far it stands back on a machine that is too small for a burst. */
  readonly niceness: number;
  /** For V8, beside those that all of them get. */
  readonly engineOptions: readonly string[];
  readonly environment: (addresses: Addresses) => Readonly<Record<string, string>>;
}

/** Somebody waits for its answer. */
const answersClients = 0;
/**
 * A ninth of that share: it settles the fate of what has been accepted, which can wait for the end of a burst. But held replies
 * wait for it, also beside somebody else's compiler, where a payment took seconds with a thirtieth.
 */
const decidesOutcomes = 10;
/** A thirtieth: nobody's reply waits for it. */
const worksOff = 15;

/**
 * The largest of them compiles on its main thread. Beside it, V8's compiler leaves 20 MB of holes in the allocator's arena, and
 * on two busy cores it is no faster there.
 */
const compiledInTurn = ['--no-concurrent-recompilation'];

/** In development a batch settles while one looks; in production the cut-off is a day. */
const developmentCutoffSeconds = 5;

/** There are a dozen test cards, and a bench makes thousands of payments a second with one; production allows ten. */
const developmentVelocityLimit = 1_000_000;

/** Both ends run on this machine, and whoever can read this could call both anyway. */
const developmentCallbackSecret = 'sandbox_callback_secret';

export const services: readonly Service[] = [
  {
    name: 'sandbox',
    portOffset: 5,
    needsBroker: false,
    niceness: decidesOutcomes,
    engineOptions: [],
    environment: ({ portOf }) => ({
      SANDBOX_CALLBACK_SECRET: developmentCallbackSecret,
      SANDBOX_CALLBACK_URL: `http://127.0.0.1:${portOf('orchestrator')}`,
      SANDBOX_PUBLIC_URL: `http://127.0.0.1:${portOf('sandbox')}`,
    }),
  },
  {
    name: 'fraud',
    portOffset: 2,
    needsBroker: true,
    niceness: decidesOutcomes,
    engineOptions: [],
    environment: () => ({ VELOCITY_LIMIT: String(developmentVelocityLimit) }),
  },
  {
    name: 'settlement',
    portOffset: 3,
    needsBroker: true,
    niceness: worksOff,
    engineOptions: [],
    environment: () => ({ SETTLEMENT_CUTOFF_SECONDS: String(developmentCutoffSeconds) }),
  },
  {
    name: 'webhooks',
    portOffset: 4,
    needsBroker: true,
    niceness: worksOff,
    engineOptions: [],
    // In development the receivers run on this machine.
    environment: () => ({ WEBHOOKS_ALLOW_PRIVATE_TARGETS: 'true' }),
  },
  {
    name: 'orchestrator',
    portOffset: 1,
    needsBroker: true,
    niceness: decidesOutcomes,
    engineOptions: [],
    environment: ({ portOf }) => {
      const acquirers = `http://127.0.0.1:${portOf('sandbox')}/acquirers`;
      return {
        ACQUIRER_ALPHA_URL: `${acquirers}/alpha`,
        ACQUIRER_BETA_URL: `${acquirers}/beta`,
        ACQUIRER_GAMMA_URL: `${acquirers}/gamma`,
        SANDBOX_CALLBACK_SECRET: developmentCallbackSecret,
      };
    },
  },
  {
    name: 'api',
    portOffset: 0,
    needsBroker: true,
    niceness: answersClients,
    engineOptions: compiledInTurn,
    environment: ({ adminKey, playgroundKey }) => ({
      ADMIN_KEY: adminKey,
      ...(playgroundKey === undefined ? {} : { PLAYGROUND_KEY: playgroundKey }),
    }),
  },
];

export const postgresPortOffset = 6;
export const natsPortOffset = 7;

/** Ours to set for each service; what the launcher was started with is meant for the launcher. */
const launcherOnly = [
  'DATABASE_URL',
  'NATS_URL',
  'PORT',
  'QUITTANCE_HOME',
  'NATS_SERVER_BIN',
  'ADMIN_KEY',
  'PLAYGROUND_KEY',
];

/** A variable that the person has set, such as LOG_LEVEL or FRAUD_DEADLINE_MS, wins over the table. */
export function serviceEnvironment(
  service: Service,
  addresses: Addresses,
  caller: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  const passedOn = Object.entries(caller).filter(
    ([name]) => !launcherOnly.includes(name) && !name.startsWith('npm_') && !name.startsWith('PG'),
  );
  return {
    LOG_LEVEL: 'info',
    ...service.environment(addresses),
    ...Object.fromEntries(passedOn),
    NODE_ENV: 'development',
    PORT: String(addresses.portOf(service.name)),
    DATABASE_URL: serviceUrl(addresses.databaseUrl, service.name, addresses.rolePasswords),
    ...(service.needsBroker ? { NATS_URL: addresses.natsUrl } : {}),
  };
}
