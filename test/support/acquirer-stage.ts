import type { Fate } from './payment-model.ts';
import type { Play, ScriptedCall } from './scripted-acquirer.ts';

/** What the acquirer does for one payment. */
export class AcquirerStage {
  private readonly fates = new Map<string, Fate>();
  private timeStands = true;

  setFate(operation: string, minor: number, fate: Fate): void {
    this.fates.set(`${operation} ${operation === 'void' ? '' : minor}`, fate);
  }

  letTimePass(): void {
    this.timeStands = false;
  }

  stopTime(): void {
    this.timeStands = true;
  }

  play({ operation, amountMinor, times }: ScriptedCall): Play {
    switch (this.fates.get(`${operation} ${operation === 'void' ? '' : amountMinor}`) ?? 'approved') {
      case 'approved':
        return 'answer';
      case 'declined':
        return { status: 'declined', declineCode: 'do_not_honor', soft: false, message: 'no' };
      case 'reply_lost':
        return 'drop_reply';
      case 'request_lost':
        return times === 1 ? 'drop_request' : 'answer';
      case 'not_processed':
        return this.timeStands ? 'not_processed' : 'answer';
    }
  }
}
