import { Injectable } from '@nestjs/common';
import { Broker, hasUnread } from '#messaging';

/** The answers of risk that are on their way to us. */
@Injectable()
export class RiskAnswers {
  constructor(private readonly broker: Broker) {}

  /**
   * Whether there are answers that nobody here has looked at, because a burst has put us behind. Without a broker nothing
   * can reach us, and then risk is silent indeed.
   */
  async mayLieUnread(): Promise<boolean> {
    if (!(await this.broker.isReachable())) return false;
    const manager = await this.broker.manager();
    // A stream that cannot be asked brings no answers either.
    return hasUnread(manager, 'fraud', 'orchestrator').catch(() => false);
  }
}
