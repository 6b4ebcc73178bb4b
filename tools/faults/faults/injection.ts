import { setTimeout as pause } from 'node:timers/promises';
import type { Appointment } from './schedule.ts';

/** What became of an appointment. Times are milliseconds since 1970. */
export interface Injection {
  readonly kind: string;
  readonly targets: readonly string[];
  readonly injectedAt: number;
  readonly healedAt: number;
  /** The laboratory itself could not do it, or could not set it right. */
  readonly failure: string | undefined;
}

/** Keeps the appointments, each in its own time, and settles when all of them are healed. */
export async function keepAppointments(
  appointments: readonly Appointment[],
  signal: AbortSignal,
  progress: (line: string) => void,
): Promise<Injection[]> {
  const began = performance.now();
  const kept: Promise<Injection>[] = [];
  for (const appointment of appointments) {
    await pause(Math.max(0, appointment.atMs - (performance.now() - began)), undefined, { signal }).catch(
      () => undefined,
    );
    if (signal.aborted) break;
    progress(`  ${appointment.fault.kind} (${appointment.fault.targets.join(', ')})`);
    kept.push(keep(appointment, signal));
  }
  return Promise.all(kept);
}

async function keep({ fault, lastsMs }: Appointment, signal: AbortSignal): Promise<Injection> {
  const { kind, targets } = fault;
  const injectedAt = Date.now();
  const failures: string[] = [];
  await fault.inject().catch((fault_: unknown) => failures.push(`inject: ${String(fault_)}`));
  await pause(lastsMs, undefined, { signal }).catch(() => undefined);
  await fault.heal().catch((fault_: unknown) => failures.push(`heal: ${String(fault_)}`));
  return { kind, targets, injectedAt, healedAt: Date.now(), failure: failures[0] };
}
