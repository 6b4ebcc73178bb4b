import { serviceProgram } from '../../launcher/programs.ts';
import { services, type Addresses, type Service } from '../../launcher/services.ts';
import type { Program } from '../../launcher/supervisor.ts';
import type { Home } from '../../launcher/home.ts';
import type { ServiceName } from '../../provisioning/service-databases.ts';

/** Acquirers that are silent are given up on sooner than in production, so that a short run sees many unknown outcomes. */
const acquirerTimeoutMs = 1_500;

export interface ReplicaPlace {
  readonly home: Home;
  /** The compiled tree that is put to the test. */
  readonly builtDirectory: string;
}

/** The service as the launcher runs it, but for its name, its log and how long it waits for acquirers. */
export function replicaProgram(
  service: ServiceName,
  replica: number,
  place: ReplicaPlace,
  addresses: Addresses,
): Program {
  const name = `${service}-${replica + 1}`;
  const program = serviceProgram(serviceNamed(service), {
    home: place.home,
    builtDirectory: place.builtDirectory,
    needs: [],
    mayStayDown: false,
    addresses: () => addresses,
  });
  return {
    ...program,
    name,
    recipe() {
      const recipe = program.recipe();
      const env = { ...recipe.env, ACQUIRER_TIMEOUT_MS: String(acquirerTimeoutMs) };
      return { ...recipe, env, logFile: place.home.log(name) };
    },
  };
}

function serviceNamed(name: ServiceName): Service {
  const service = services.find((candidate) => candidate.name === name);
  if (service === undefined) throw new Error(`the launcher knows no service ${name}`);
  return service;
}
