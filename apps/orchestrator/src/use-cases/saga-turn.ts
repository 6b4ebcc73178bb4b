import {
  invariant,
  isFinished,
  nextAttemptState,
  uuidOf,
  type Attempt,
  type AttemptEvent,
  type AttemptOperation,
  type Clock,
  type Ids,
  type Money,
  type Payment,
  type Saga,
} from '#domain';
import type {
  Movement,
  MovementStatus,
  NewCapture,
  NextRun,
  PaymentFact,
  RiskRecord,
  SagaAction,
  StoredSaga,
} from '#persistence';
import type { ChooseAcquirer } from '../acquirers/choose-acquirer.ts';

/** What a turn has read under the payment's lock. */
export interface TurnStart {
  readonly payment: Payment;
  readonly stored: StoredSaga;
  readonly attempts: readonly Attempt[];
  readonly movement: Movement | undefined;
}

export interface TurnParts {
  readonly ids: Ids;
  readonly clock: Clock;
  readonly acquirers: ChooseAcquirer;
  /** The longest that an acquirer is listened to; after that and a margin somebody asks what became of the call. */
  readonly acquirerTimeoutMs: number;
  /** How long a hold is kept for a merchant who does not take it, unless the acquirer names a sooner end. */
  readonly authorizationValidMs: number;
}

/** What was heard of an attempt. `otherMinor`: the amount that the acquirer names where it is not the one asked for. */
interface Heard {
  readonly declineCode?: string;
  readonly reference?: string;
  readonly otherMinor?: bigint;
}

/** The outcome of a call is written within milliseconds of its time-out; after this it never will be. */
const outcomeMarginMs = 1_000;

/**
 * One turn of a saga: what was read, and what is then to be written and called. Nothing here touches the database or an
 * acquirer.
 */
export class SagaTurn {
  payment: Payment;
  stored: StoredSaga;
  /** The attempt that the saga is about now. */
  attempt: Attempt | undefined;
  movement: Movement | undefined;
  movementEnd: MovementStatus | undefined;
  newCapture: NewCapture | undefined;
  /** Whether more is held than before. */
  enlarged = false;
  readonly facts: PaymentFact[] = [];
  next: NextRun = null;
  waitingFor: string | null = null;
  /** What risk has just said. */
  risk: RiskRecord | undefined;
  /** Where the acquirer wants the customer, as it has just said. */
  redirectUrl: string | undefined;
  /** When the hold ends, as the acquirer has just said. */
  holdEndsAt: Date | null = null;
  /** Whether the attempt is to be sent to the acquirer after the commit. */
  sends = false;
  readonly parts: TurnParts;
  private readonly attempts: Map<number, Attempt>;
  private readonly touched = new Set<number>();

  constructor(start: TurnStart, parts: TurnParts) {
    this.payment = start.payment;
    this.stored = start.stored;
    this.attempts = new Map(start.attempts.map((attempt) => [attempt.number, attempt]));
    this.movement = start.movement;
    this.attempt = start.attempts.find((attempt) => attempt.id === start.stored.attemptId);
    this.parts = parts;
  }

  get saga(): Saga {
    return this.stored.saga;
  }

  /** The attempt whose hold an operation of this step is about. */
  get authorization(): Attempt | undefined {
    if (this.saga.kind === 'reversal') return this.authorizations().find(({ id }) => uuidOf(id) === this.stored.key.id);
    const state = stateOfHold[this.saga.step] ?? 'approved';
    // One that was given back earlier may stand before it.
    return this.authorizations().findLast((attempt) => attempt.state === state);
  }

  /** Whether the step ends a hold that never became the payment's: whatever its amount, all of it goes back. */
  get releasesStray(): boolean {
    return stateOfHold[this.saga.step] !== undefined;
  }

  /** What acquirers were asked to hold, in their order. */
  authorizations(): Attempt[] {
    return [...this.attempts.values()].filter(({ operation }) => operation === 'authorize');
  }

  /** The attempts that this turn began or heard of. */
  touchedAttempts(): Attempt[] {
    return [...this.attempts.values()].filter((attempt) => this.touched.has(attempt.number));
  }

  moveTo(saga: Saga): void {
    this.stored = { ...this.stored, saga };
  }

  /** The turn is about this attempt from here on. */
  turnTo(attempt: Attempt | undefined): void {
    invariant(attempt !== undefined, 'whoever speaks of an attempt speaks of one that was made');
    this.attempt = attempt;
  }

  attemptNumbered(number: number): Attempt | undefined {
    return this.attempts.get(number);
  }

  /** Notes on the attempt what was heard of it. */
  noteOutcome(event: AttemptEvent, answer: Heard = {}): void {
    invariant(this.attempt !== undefined, 'an outcome belongs to an attempt');
    this.noteOutcomeOf(this.attempt, event, answer);
  }

  noteOutcomeOf(attempt: Attempt, event: AttemptEvent, answer: Heard = {}): void {
    const noted = {
      ...attempt,
      state: nextAttemptState(attempt.state, event),
      declineCode: answer.declineCode ?? null,
      acquirerReference: answer.reference ?? attempt.acquirerReference,
      answeredMinor: answer.otherMinor ?? attempt.answeredMinor,
    };
    this.keep({ ...noted, finishedAt: isFinished(noted) ? this.parts.clock.now() : null });
  }

  noteRisk(risk: RiskRecord): void {
    this.risk = risk;
    const { decision, score, reasons, decidedBy } = risk;
    this.facts.push({ type: 'payment.risk_assessed', data: { decision, score, reasons: [...reasons], decidedBy } });
  }

  /** A new attempt with a key of its own, written down before it is sent. False when nobody can be asked. */
  beginAttempt(operation: AttemptOperation): boolean {
    const route =
      operation === 'authorize'
        ? this.parts.acquirers.forAuthorization(this.payment, this.authorizations())
        : this.holder(operation);
    if (route === undefined) return false;
    const id = this.parts.ids.next('att');
    const attempt: Attempt = {
      id,
      number: Math.max(0, ...this.attempts.keys()) + 1,
      operation,
      acquirer: route.acquirer,
      amount: this.amountOf(operation),
      state: 'submitted',
      declineCode: null,
      acquirerReference: null,
      answeredMinor: null,
      routedBecause: route.because,
      routing: route.record,
      startedAt: this.parts.clock.now(),
      finishedAt: null,
    };
    this.keep(attempt);
    this.attempt = attempt;
    this.stored = { ...this.stored, attemptId: id };
    this.send();
    return true;
  }

  /** Has the attempt sent after the commit, and asked after should its outcome never be written. */
  send(): void {
    this.sends = true;
    this.sleepUntil('check', this.parts.acquirerTimeoutMs + outcomeMarginMs, 'the acquirer');
  }

  sleepUntil(action: SagaAction, afterMs: number, waitingFor: string): void {
    this.next = { action, afterMs };
    this.waitingFor = waitingFor;
  }

  attemptFact(): { number: number; acquirer: string } {
    invariant(this.attempt !== undefined, 'there is an attempt to tell of');
    return { number: this.attempt.number, acquirer: this.attempt.acquirer };
  }

  private keep(attempt: Attempt): void {
    if (this.attempt?.number === attempt.number) this.attempt = attempt;
    this.attempts.set(attempt.number, attempt);
    this.touched.add(attempt.number);
  }

  /** Captures, voids and refunds stay with the acquirer that holds the authorization. */
  private holder(operation: AttemptOperation): { acquirer: string; because: string; record: null } {
    const { authorization } = this;
    invariant(authorization !== undefined, `${operation} needs an authorization`);
    return { acquirer: authorization.acquirer, because: 'holds the authorization', record: null };
  }

  private amountOf(operation: AttemptOperation): Money {
    const { amount } = this.payment;
    if (operation === 'authorize') return amount;
    if (operation === 'void') return this.released(this.authorization);
    invariant(this.movement !== undefined, `${operation} needs its amount`);
    return { minor: this.movement.amountMinor, currency: amount.currency };
  }

  /** What is left of the payment's hold; of one that never became the payment's, what the acquirer has named. */
  private released(authorization: Attempt | undefined): Money {
    const { amount, balance } = this.payment;
    if (authorization?.state !== 'approved') {
      return { minor: authorization?.answeredMinor ?? amount.minor, currency: amount.currency };
    }
    return { minor: balance.authorized - balance.captured - balance.voided, currency: amount.currency };
  }
}

/** Steps that end a hold which never became the payment's. */
const stateOfHold: Partial<Record<Saga['step'], Attempt['state']>> = {
  reversing: 'approved_late',
  handing_back: 'approved_late',
  calling_off: 'action_required',
};
