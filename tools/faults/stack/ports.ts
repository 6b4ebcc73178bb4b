import { services } from '../../launcher/services.ts';
import type { ServiceName } from '../../provisioning/service-databases.ts';

const replicasMax = 2;
/** As many neighbouring ports as a stack needs. */
export const portCount = services.length * replicasMax + 5;

export interface Ports {
  readonly of: (service: ServiceName, replica: number) => number;
  readonly postgres: number;
  readonly nats: number;
  readonly postgresWire: number;
  readonly natsWire: number;
  readonly acquirersWire: number;
}

export function portsFrom(first: number): Ports {
  const servers = first + services.length * replicasMax;
  return {
    of: (service, replica) => first + services.findIndex(({ name }) => name === service) * replicasMax + replica,
    postgres: servers,
    nats: servers + 1,
    postgresWire: servers + 2,
    natsWire: servers + 3,
    acquirersWire: servers + 4,
  };
}
