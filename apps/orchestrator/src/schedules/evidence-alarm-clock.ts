import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { WakeUp } from '#messaging';
import type { Logger } from '#observability';
import { LOGGER } from '#runtime';
import { EvidenceQueue, type DueEvidence } from '../stores/evidence-queue.ts';
import { HandInEvidence } from '../use-cases/hand-in-evidence.ts';

/** Evidence has days; nobody waits for it with a reply in hand. */
const pollMs = 1_000;
/** Few, so that evidence never takes connections from the calls that move money. */
const takenAtOnce = 4;

/** Sees to it that evidence which merchants have submitted reaches the acquirers. */
@Injectable()
export class EvidenceAlarmClock implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly doorbell = new WakeUp();
  private running: Promise<void> = Promise.resolve();
  private stopping = false;

  constructor(
    private readonly handInEvidence: HandInEvidence,
    private readonly queue: EvidenceQueue,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    this.doorbell.ring();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      try {
        const due = await this.queue.takeDue(takenAtOnce);
        await Promise.all(due.map((evidence) => this.handIn(evidence)));
        if (due.length < takenAtOnce) await this.doorbell.wait(pollMs);
      } catch (error) {
        this.logger.warn({ err: error }, 'could not look for due evidence');
        await this.doorbell.wait(pollMs);
      }
    }
  }

  private async handIn(evidence: DueEvidence): Promise<void> {
    try {
      await this.handInEvidence.execute(evidence);
    } catch (error) {
      const { merchantId, paymentId, disputeId } = evidence;
      // Its lease runs out, and then it is handed in again under the same key.
      this.logger.warn({ err: error, merchantId, paymentId, disputeId }, 'could not hand in evidence');
    }
  }
}
