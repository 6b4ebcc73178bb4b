import type { DisputeOutcome } from '#domain';
import type { AcquirerCallback, AcquirerNotice } from '../../apps/orchestrator/src/acquirers/acquirer.ts';
import type { Scheduler, SimulatedProcess } from './scheduler.ts';
import type { Hold } from './simulated-holds.ts';

/** A dispute as the acquirer keeps it. */
export interface SimulatedDispute {
  readonly name: string;
  /** The payment. */
  readonly reference: string;
  readonly authorization: string;
  readonly amountMinor: bigint;
  outcome: DisputeOutcome | null;
}

const weekMs = 604_800_000;

/** Cardholders who want back what was captured, whatever has been refunded or is about to be. */
export class SimulatedDisputes {
  readonly all: SimulatedDispute[] = [];

  /** `tell` hands a callback to one of our processes, in whatever order and as often as it takes. */
  constructor(
    private readonly scheduler: Scheduler,
    private readonly acquirer: SimulatedProcess,
    private readonly tell: (callback: AcquirerCallback) => void,
  ) {}

  /** Somebody may come, about some of it or all, and may win, lose, or still be waiting in the end. */
  async maybeLead(authorization: string, hold: Hold): Promise<void> {
    const { scheduler, acquirer } = this;
    if (!scheduler.happens(0.2)) return;
    await scheduler.sleep(acquirer, scheduler.pick([0, 1_000, 20_000]));
    const left = hold.capturedMinor - this.takenFrom(authorization);
    if (left === 0n) return;
    const dispute: SimulatedDispute = {
      name: `dispute ${this.all.length + 1} of ${authorization}`,
      reference: hold.reference,
      authorization,
      amountMinor: scheduler.happens(0.5) ? left : (left + 1n) / 2n,
      outcome: null,
    };
    this.all.push(dispute);
    this.tellMaybeTwice(openingOf(dispute, scheduler.now()));
    if (scheduler.happens(0.2)) return;
    await scheduler.sleep(acquirer, scheduler.pick([0, 5_000, 120_000]));
    dispute.outcome = scheduler.pick(['won', 'lost']);
    const { name, outcome } = dispute;
    this.tellMaybeTwice({ type: 'dispute_closed', authorization, dispute: name, outcome });
    // What was won by the merchant can be disputed once more.
    await this.maybeLead(authorization, hold);
  }

  private takenFrom(authorization: string): bigint {
    return this.all
      .filter((dispute) => dispute.authorization === authorization && dispute.outcome !== 'won')
      .reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
  }

  /** Some acquirers tell the same under another id. */
  private tellMaybeTwice(notice: Extract<AcquirerNotice, { type: 'dispute_opened' | 'dispute_closed' }>): void {
    const id = `${notice.type} ${notice.dispute}`;
    this.tell({ id, notice });
    if (this.scheduler.happens(0.2)) this.tell({ id: `${id} again`, notice });
  }
}

function openingOf({ name, authorization, amountMinor }: SimulatedDispute, now: Date): OpeningNotice {
  return {
    type: 'dispute_opened',
    authorization,
    dispute: name,
    amount: { minor: amountMinor, currency: 'EUR' },
    reason: 'fraudulent',
    evidenceDueAt: new Date(now.getTime() + weekMs),
  };
}

type OpeningNotice = Extract<AcquirerNotice, { type: 'dispute_opened' }>;
