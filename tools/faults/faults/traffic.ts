import type { Load } from '../load/load.ts';
import type { WebhookReceiver } from '../load/webhook-receiver.ts';
import type { Fault } from './fault.ts';

const burstFactor = 10;

/** Clients and merchants who do not behave as usual. */
export function strangeTraffic(load: Load, receiver: WebhookReceiver): Fault[] {
  return [
    {
      kind: 'ten-fold burst',
      targets: ['load'],
      lastsMs: { least: 1_000, most: 2_500 },
      inject: async () => load.multiply(burstFactor),
      heal: async () => load.multiply(1),
    },
    {
      kind: "merchant's server refuses",
      targets: ['receiver'],
      lastsMs: { least: 500, most: 2_000 },
      inject: async () => receiver.refuse(true),
      heal: async () => receiver.refuse(false),
    },
  ];
}
