import { setTimeout as pause } from 'node:timers/promises';
import { HttpDoor, type DoorAddress } from './http-door.ts';
import { paymentRequest, requireAccepted } from './payment-request.ts';

/** More than are in flight at the paces of the bench while nothing is wrong: an arrival must not queue for a connection. */
const connections = 256;

export interface Arrivals {
  readonly perSecond: number;
  readonly seconds: number;
  /** How long each asks to be answered with the outcome; 0 by default. */
  readonly awaitOutcomeMs?: number;
  /** The payment's state that each answer has to tell. */
  readonly status?: string;
}

/**
 * Payments that come as customers do: each at its time, whether those before it have been answered or not, evenly spread. (A
 * load generator that sends a second's worth at once measures its own bursts, and one that waits for answers sends less when
 * they are late.) Gives how long each took in ms, counted from when it was meant to come, in ascending order.
 */
export async function arrive(
  address: DoorAddress,
  { perSecond, seconds, awaitOutcomeMs = 0, status }: Arrivals,
): Promise<number[]> {
  const door = await HttpDoor.open(address, connections);
  try {
    const began = performance.now();
    const answers: Promise<number>[] = [];
    for (let number = 0; number < perSecond * seconds; number += 1) {
      const meantAt = began + (number * 1_000) / perSecond;
      const early = meantAt - performance.now();
      if (early > 0) await pause(early);
      const answered = door.post(paymentRequest(awaitOutcomeMs)).then((answer) => {
        requireAccepted(answer, status);
        return performance.now() - meantAt;
      });
      // Heard of in the end: a failure that nobody waits for yet would end the bench and leave its servers behind.
      answered.catch(() => undefined);
      answers.push(answered);
    }
    const durations = await Promise.all(answers);
    return durations.sort((a, b) => a - b);
  } finally {
    door.close();
  }
}
