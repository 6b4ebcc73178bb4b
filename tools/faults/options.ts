import { parseArgs } from 'node:util';
import { Obstacle } from '../obstacle.ts';

export interface Options {
  /** How long faults are injected; starting and coming to rest are not counted. */
  readonly minutes: number;
  readonly seed: string;
  /** Only faults whose name contains one of these. */
  readonly only: readonly string[];
  /** Whether the servers' data is on small disks, and these are filled. */
  readonly disks: boolean;
  /** A bug to plant into a copy of the code, which has to be caught. */
  readonly planted: string | undefined;
  /** Whether clocks are set wrong, too: what is written for five minutes later is waited for. */
  readonly patient: boolean;
  /** How long everything may take to come to rest, once it is healed. */
  readonly quietMs: number;
  /** Where the report goes. */
  readonly report: string;
  /** Keep the logs and the client's history of a run that went well, too. */
  readonly keep: boolean;
}

/** Room for more than sixty faults; with the start and a webhook's lease at the end it is less than four minutes. */
const minutesDefault = 1.75;
/** What a process that died had in hand is leased for up to a minute (webhook deliveries), and is then sent again. */
const quietMs = 80_000;
/** Longer than a clock is wrong by. */
const patientQuietMs = 420_000;
/** From here on a run is long enough for that. */
const patientMinutesMin = 10;
const minutesMax = 24 * 60;

export function readOptions(args: readonly string[]): Options {
  const { values } = parsed(args);
  const minutes = Number(values.minutes ?? minutesDefault);
  if (!(minutes > 0 && minutes <= minutesMax)) {
    throw new Obstacle(`--minutes takes a number above 0 and up to ${minutesMax}, not "${values.minutes}".`);
  }
  const only = values.only ?? [];
  const patient = only.some((kind) => kind.includes('clock')) || (minutes >= patientMinutesMin && only.length === 0);
  return {
    minutes,
    seed: values.seed ?? String(Math.floor(Math.random() * 1_000_000)),
    only,
    patient,
    disks: values.disks ?? false,
    planted: values.planted,
    quietMs: patient ? patientQuietMs : quietMs,
    report: values.report ?? 'faults-report.json',
    keep: values.keep ?? false,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        minutes: { type: 'string' },
        seed: { type: 'string' },
        only: { type: 'string', multiple: true },
        disks: { type: 'boolean' },
        planted: { type: 'string' },
        report: { type: 'string' },
        keep: { type: 'boolean' },
      },
    });
  } catch (fault) {
    throw new Obstacle(fault instanceof Error ? fault.message : String(fault), [
      'npm run faults -- [--minutes N] [--seed S] [--only KIND] [--disks] [--planted NAME] [--report FILE] [--keep]',
    ]);
  }
}
