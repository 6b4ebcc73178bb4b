import type { Chance } from '../chance.ts';
import type { FaultStack } from '../stack/stack.ts';
import type { WireManner } from '../stack/tcp-proxy.ts';
import type { Fault } from './fault.ts';

/** The network between the services and what they depend on. */
export function brokenWires({ wires }: FaultStack, chance: Chance): Fault[] {
  return Object.entries(wires).flatMap(([name, wire]) => {
    const manner = (kind: string, lastsMs: Fault['lastsMs'], draw: () => WireManner): Fault => ({
      kind: `${kind} to ${name}`,
      targets: [`the wire to ${name}`],
      lastsMs,
      inject: async () => wire.behave(draw()),
      heal: async () => wire.behave({ kind: 'sound' }),
    });
    return [
      {
        kind: `connections reset to ${name}`,
        targets: [`the wire to ${name}`],
        lastsMs: { least: 0, most: 0 },
        inject: async () => wire.resetAll(),
        heal: async () => undefined,
      },
      manner('replies cut off', { least: 300, most: 1_500 }, () => ({ kind: 'cut_on_reply' })),
      manner('delay', { least: 2_000, most: 5_000 }, () => ({ kind: 'slow', delayMs: chance.between(20, 250) })),
      manner('half-open connections', { least: 2_000, most: 7_000 }, () => ({ kind: 'half_open' })),
    ];
  });
}
