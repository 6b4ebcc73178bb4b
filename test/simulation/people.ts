import { isFinished, type Attempt, type HandOutcome, type PaymentId, type Result } from '#domain';
import type { AdminRefusal } from '../../apps/api/src/use-cases/admin-refusal.ts';
import type { SettleAttemptCommand } from '../../apps/api/src/use-cases/settle-attempt.ts';
import type { ApiProcess } from './api-process.ts';
import type { MemoryDatabase, MemoryEvent } from './memory-database.ts';
import type { Scheduler, SimulatedProcess } from './scheduler.ts';
import type { SimulatedAcquirer } from './simulated-acquirer.ts';

/** What a person said of an attempt, and what the API made of it. */
export interface Word {
  readonly command: SettleAttemptCommand;
  readonly answer: Result<unknown, AdminRefusal>;
}

interface Places {
  readonly scheduler: Scheduler;
  readonly database: MemoryDatabase;
  readonly acquirers: readonly SimulatedAcquirer[];
  readonly outside: SimulatedProcess;
  readonly anApi: () => ApiProcess;
}

/** How long customers take: most are in time, one comes when nobody waits any more. */
const customersTakeMs = [1_000, 15_000, 60_000, 170_000, 400_000] as const;
/** People look at once, or after lunch. */
const peopleTakeMs = [1_000, 10_000, 60_000, 1_800_000] as const;

/** Customers who are sent to a challenge, and those who find out what became of an attempt when nobody else can. */
export class People {
  readonly words: Word[] = [];
  private readonly places: Places;

  constructor(places: Places) {
    this.places = places;
  }

  /** Reads what everybody can read, once it was committed. */
  read({ type, paymentId, data }: MemoryEvent): void {
    const { attempt, redirectUrl } = data as { attempt?: { number: number } | null; redirectUrl?: string };
    switch (type) {
      case 'payment.action_required':
        void this.act(String(redirectUrl));
        return;
      case 'payment.needs_person':
        if (attempt) void this.seeTo(paymentId, attempt.number);
        return;
      case 'payment.outcome_unknown':
      case 'payment.increase_outcome_unknown':
        if (attempt && this.places.scheduler.happens(0.5)) void this.lookOnce(paymentId, attempt.number);
        return;
    }
  }

  private async act(redirectUrl: string): Promise<void> {
    const { scheduler, outside, acquirers } = this.places;
    if (scheduler.happens(0.2)) return;
    await scheduler.sleep(outside, scheduler.pick(customersTakeMs));
    const decision = scheduler.happens(0.7) ? 'accepted' : 'refused';
    for (const acquirer of acquirers) acquirer.visit(redirectUrl, decision);
  }

  /** Until nobody waits for a person about this attempt any more. */
  private async seeTo(paymentId: PaymentId, number: number): Promise<void> {
    do await this.lookOnce(paymentId, number);
    while (this.isStuck(paymentId, number));
  }

  private async lookOnce(paymentId: PaymentId, number: number): Promise<void> {
    const { scheduler, outside } = this.places;
    await scheduler.sleep(outside, scheduler.pick(peopleTakeMs));
    const found = this.findOut(paymentId, number);
    if (found === undefined) return;
    const command = { paymentId, attemptNumber: number, reason: 'seen in their console', ...found };
    await scheduler.sleep(outside, scheduler.pick([0, 1_000, 300_000]));
    const copies = scheduler.happens(0.2) ? 2 : 1;
    await Promise.all(Array.from({ length: copies }, () => this.sayUntilAnswered(command)));
  }

  private async sayUntilAnswered(command: SettleAttemptCommand): Promise<void> {
    const { scheduler, outside, anApi } = this.places;
    for (;;) {
      await scheduler.turn(outside);
      const answer = await anApi()
        .settle(command)
        .catch(() => undefined);
      if (answer === undefined) continue;
      this.words.push({ command, answer });
      return;
    }
  }

  /** Undefined as long as nobody can know. */
  private findOut(
    paymentId: PaymentId,
    number: number,
  ): { outcome: HandOutcome; acquirerReference: string | null } | undefined {
    const { acquirers, scheduler } = this.places;
    const attempt = this.attemptOf(paymentId, number);
    const acquirer = acquirers.find(({ name }) => name === attempt?.acquirer);
    if (attempt === undefined || acquirer === undefined) return undefined;
    const { answer, isUnderWay, isToldInTheEnd } = acquirer.console(attempt.id);
    // Refused or never sent: it is done anew, unless nobody waits for that any more.
    if (isFinished(attempt)) {
      return this.isStuck(paymentId, number) ? { outcome: 'not_done', acquirerReference: null } : undefined;
    }
    // A hold that nobody should have is given back when the acquirer tells of it, and so people may be wrong; a capture stays.
    const mayBeWrong = attempt.operation === 'authorize' && isToldInTheEnd;
    if (mayBeWrong && scheduler.happens(0.2)) {
      return { outcome: scheduler.pick(['declined', 'not_done']), acquirerReference: null };
    }
    if (answer?.type === 'approved') {
      const isAnother = answer.amountMinor !== attempt.amount.minor;
      const release = attempt.operation === 'authorize' && (isAnother || scheduler.happens(0.1));
      return { outcome: release ? 'release' : 'approved', acquirerReference: answer.reference };
    }
    if (answer?.type === 'declined') return { outcome: 'declined', acquirerReference: null };
    return isUnderWay ? undefined : { outcome: 'not_done', acquirerReference: null };
  }

  private attemptOf(paymentId: PaymentId, number: number): Attempt | undefined {
    const attempts = [...this.places.database.tables.attempts.values()];
    return attempts.find((attempt) => attempt.paymentId === paymentId && attempt.number === number);
  }

  private isStuck(paymentId: PaymentId, number: number): boolean {
    const id = this.attemptOf(paymentId, number)?.id;
    return [...this.places.database.tables.sagas.values()].some(
      ({ attemptId, saga }) => attemptId === id && saga.step === 'needs_person',
    );
  }
}
