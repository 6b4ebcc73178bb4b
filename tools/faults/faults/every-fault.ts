import type { Chance } from '../chance.ts';
import type { Load } from '../load/load.ts';
import type { WebhookReceiver } from '../load/webhook-receiver.ts';
import type { FaultStack } from '../stack/stack.ts';
import { moodyAcquirers } from './acquirers.ts';
import { wrongClocks } from './clocks.ts';
import type { Fault } from './fault.ts';
import { strangeMessages } from './messages.ts';
import { frozenServices, killedServices, rollingRestarts } from './processes.ts';
import { brokenServers, fullDisks } from './servers.ts';
import { strangeTraffic } from './traffic.ts';
import { brokenWires } from './wires.ts';

export interface Surroundings {
  readonly stack: FaultStack;
  readonly load: Load;
  readonly receiver: WebhookReceiver;
  /** Whether there is time for what takes minutes to pass. */
  readonly patient: boolean;
  /** Carried by every message that is made up. */
  readonly poison: string;
}

/** Whatever the laboratory can do to the system. */
export function everyFault({ stack, load, receiver, poison, patient }: Surroundings, chance: Chance): Fault[] {
  return [
    ...killedServices(stack),
    ...frozenServices(stack),
    ...rollingRestarts(stack),
    ...brokenServers(stack),
    ...fullDisks(stack),
    ...moodyAcquirers(stack, chance.for('acquirers')),
    ...brokenWires(stack, chance.for('wires')),
    ...strangeMessages(stack, chance.for('messages'), poison),
    ...strangeTraffic(load, receiver),
    ...(patient ? wrongClocks(stack, chance.for('clocks')) : []),
  ];
}
