import { tell } from '../figures/progress.ts';
import { HttpDoor, type DoorAddress } from './http-door.ts';
import { paymentRequest, requireAccepted } from './payment-request.ts';

export interface Saturation {
  readonly connections: number;
  /** Either as many payments as fit into so many seconds, or so many. */
  readonly seconds?: number;
  readonly payments?: number;
}

/** As many as can be: each connection sends as soon as it is answered. Gives the payments a second that were accepted. */
export async function saturate(
  address: DoorAddress,
  { connections, seconds = Infinity, payments = Infinity }: Saturation,
): Promise<number> {
  const door = await HttpDoor.open(address, connections);
  let asked = 0;
  let answered = 0;
  const began = performance.now();
  const until = began + seconds * 1_000;
  const customer = async (): Promise<void> => {
    while (asked < payments && performance.now() < until) {
      asked += 1;
      requireAccepted(await door.post(paymentRequest(0)));
      answered += 1;
    }
  };
  try {
    await Promise.all(Array.from({ length: connections }, customer));
    const perSecond = (answered / (performance.now() - began)) * 1_000;
    tell(`accepted over ${connections} connections`, perSecond, 'payments/s');
    return perSecond;
  } finally {
    door.close();
  }
}
