import { termsOf } from '#contracts';
import {
  authorized,
  captured,
  captureRefused,
  declined,
  failed,
  invariant,
  isFinished,
  nextAttemptState,
  passedReview,
  refunded,
  refundRefused,
  requestCapture,
  sentToReview,
  uuidOf,
  voided,
  voidRefused,
  type Attempt,
  type AttemptEvent,
  type AttemptOperation,
  type Clock,
  type Ids,
  type Money,
  type Payment,
  type Saga,
  type SagaCommand,
} from '#domain';
import type { Movement, MovementStatus, NewCapture, NextRun, PaymentFact, RiskRecord, StoredSaga } from '#persistence';
import type { AcquirerDirectory } from '../acquirers/acquirer-directory.ts';

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
  readonly acquirers: AcquirerDirectory;
  /** The longest that an acquirer is listened to; after that and a margin somebody asks what became of the call. */
  readonly acquirerTimeoutMs: number;
}

/** The outcome of a call is written within milliseconds of its time-out; after this it never will be. */
const outcomeMarginMs = 1_000;

/**
 * One turn of a saga: carries out the commands of the reducer on what was read, and holds what is then to be written and
 * called. Nothing here touches the database or an acquirer.
 */
export class SagaTurn {
  payment: Payment;
  stored: StoredSaga;
  /** The attempt that the saga is about now. */
  attempt: Attempt | undefined;
  movement: Movement | undefined;
  movementEnd: MovementStatus | undefined;
  newCapture: NewCapture | undefined;
  readonly facts: PaymentFact[] = [];
  next: NextRun = null;
  waitingFor: string | null = null;
  /** What risk has just said. */
  risk: RiskRecord | undefined;
  /** Whether the attempt is to be sent to the acquirer after the commit. */
  sends = false;
  private readonly attempts: Map<number, Attempt>;
  private readonly touched = new Set<number>();
  private readonly parts: TurnParts;

  constructor(start: TurnStart, parts: TurnParts) {
    this.payment = start.payment;
    this.stored = start.stored;
    this.attempts = new Map(start.attempts.map((attempt) => [attempt.number, attempt]));
    this.movement = start.movement;
    this.attempt = start.attempts.find((attempt) => attempt.id === start.stored.attemptId);
    this.parts = parts;
  }

  get authorization(): Attempt | undefined {
    return [...this.attempts.values()].find(
      ({ operation, state }) => operation === 'authorize' && state === 'approved',
    );
  }

  /** The attempts that this turn began or heard of. */
  touchedAttempts(): Attempt[] {
    return [...this.attempts.values()].filter((attempt) => this.touched.has(attempt.number));
  }

  moveTo(saga: Saga): void {
    this.stored = { ...this.stored, saga };
  }

  /** Notes on the attempt what was heard of it. Whoever hears a known outcome again changes nothing. */
  noteOutcome(event: AttemptEvent, answer: { readonly declineCode?: string; readonly reference?: string } = {}): void {
    const attempt = this.attempt;
    invariant(attempt !== undefined && !isFinished(attempt), 'an outcome belongs to an open attempt');
    const state = nextAttemptState(attempt.state, event);
    const finished = state !== 'outcome_unknown';
    this.keep({
      ...attempt,
      state,
      declineCode: answer.declineCode ?? null,
      acquirerReference: answer.reference ?? null,
      finishedAt: finished ? this.parts.clock.now() : null,
    });
  }

  noteRisk(risk: RiskRecord): void {
    this.risk = risk;
    const { decision, score, reasons, decidedBy } = risk;
    this.facts.push({ type: 'payment.risk_assessed', data: { decision, score, reasons: [...reasons], decidedBy } });
  }

  carryOut(command: SagaCommand): void {
    switch (command.type) {
      case 'send_to_review':
        this.payment = sentToReview(this.payment);
        this.facts.push({ type: 'payment.sent_to_review', data: {} });
        this.waitingFor = 'a person to review the payment';
        return;
      case 'pass_review':
        this.payment = passedReview(this.payment);
        return;
      case 'decline_for_risk':
        this.payment = declined(this.payment, riskDecline);
        this.facts.push({ type: 'payment.declined', data: { attempt: null } });
        return;
      case 'decline_payment':
        this.payment = declined(this.payment, command.decline);
        this.facts.push({ type: 'payment.declined', data: { attempt: this.attemptFact() } });
        return;
      case 'authorize_payment':
        this.payment = authorized(this.payment);
        this.facts.push({ type: 'payment.authorized', data: { attempt: this.attemptFact() } });
        return;
      case 'fail_payment':
        this.abandonAttempt();
        this.payment = failed(this.payment);
        this.facts.push({ type: 'payment.failed', data: { reason: command.reason } });
        return;
      case 'begin_automatic_capture':
        this.beginAutomaticCapture();
        return;
      case 'complete_capture':
      case 'refuse_capture':
      case 'complete_void':
      case 'refuse_void':
      case 'complete_refund':
      case 'refuse_refund':
        this.endMovement(command);
        return;
      case 'attempt':
        if (command.afterMs === 0) this.beginAttempt(command.operation);
        else this.sleepUntil('attempt', command.afterMs, 'the next try');
        return;
      case 'send_again':
        this.sends = true;
        this.sleepUntil('check', this.parts.acquirerTimeoutMs + outcomeMarginMs, 'the acquirer');
        return;
      case 'check':
        this.scheduleCheck(command.afterMs);
        return;
      case 'call_a_person':
        this.waitingFor = `a person: ${command.reason}`;
        return;
    }
  }

  /** A new attempt with a key of its own, written down before it is sent. */
  beginAttempt(operation: AttemptOperation): void {
    const route = this.parts.acquirers.route(this.payment, operation, this.authorization?.acquirer);
    const id = this.parts.ids.next('att');
    this.keep({
      id,
      number: Math.max(0, ...this.attempts.keys()) + 1,
      operation,
      acquirer: route.acquirer,
      amount: this.amountOf(operation),
      state: 'submitted',
      declineCode: null,
      acquirerReference: null,
      routedBecause: route.because,
      startedAt: this.parts.clock.now(),
      finishedAt: null,
    });
    this.stored = { ...this.stored, attemptId: id };
    this.sends = true;
    this.sleepUntil('check', this.parts.acquirerTimeoutMs + outcomeMarginMs, 'the acquirer');
  }

  sleepUntil(action: 'attempt' | 'check' | 'decide_without_risk', afterMs: number, waitingFor: string): void {
    this.next = { action, afterMs };
    this.waitingFor = waitingFor;
  }

  private keep(attempt: Attempt): void {
    this.attempt = attempt;
    this.attempts.set(attempt.number, attempt);
    this.touched.add(attempt.number);
  }

  private amountOf(operation: AttemptOperation): Money {
    const { amount, balance } = this.payment;
    if (operation === 'authorize') return amount;
    if (operation === 'void') return { minor: balance.authorized - balance.captured, currency: amount.currency };
    invariant(this.movement !== undefined, `${operation} needs its amount`);
    return { minor: this.movement.amountMinor, currency: amount.currency };
  }

  private beginAutomaticCapture(): void {
    const requested = requestCapture(this.payment, undefined);
    invariant(requested.ok, 'what was just authorized can be captured');
    const id = this.parts.ids.next('cap');
    const amountMinor = requested.value.amount.minor;
    this.payment = requested.value.payment;
    this.newCapture = { id, amountMinor, final: true, createdAt: this.parts.clock.now() };
    this.movement = { id, amountMinor, final: true };
    this.stored = { ...this.stored, operationId: uuidOf(id) };
  }

  private endMovement(command: Extract<SagaCommand, { type: `${'complete' | 'refuse'}_${string}` }>): void {
    if (command.type === 'complete_void') {
      const released = Number(this.payment.balance.authorized);
      this.payment = voided(this.payment);
      this.facts.push({ type: 'payment.voided', data: { released } });
      return;
    }
    if (command.type === 'refuse_void') {
      this.payment = voidRefused(this.payment);
      this.facts.push({ type: 'payment.void_failed', data: { declineCode: command.declineCode } });
      return;
    }
    invariant(this.movement !== undefined, 'a capture or refund ends with its row');
    const { id, amountMinor, final } = this.movement;
    const amount = Number(amountMinor);
    switch (command.type) {
      case 'complete_capture':
        this.movementEnd = 'succeeded';
        this.payment = captured(this.payment, amountMinor, final);
        this.facts.push({
          type: 'payment.captured',
          data: { captureId: id, amount, final, acquirer: this.acquirer(), terms: termsOf(this.payment) },
        });
        return;
      case 'refuse_capture':
        this.movementEnd = 'failed';
        this.payment = captureRefused(this.payment, amountMinor);
        this.facts.push({
          type: 'payment.capture_failed',
          data: { captureId: id, amount, declineCode: command.declineCode },
        });
        return;
      case 'complete_refund':
        this.movementEnd = 'succeeded';
        this.payment = refunded(this.payment, amountMinor);
        this.facts.push({ type: 'payment.refunded', data: { refundId: id, amount, acquirer: this.acquirer() } });
        return;
      case 'refuse_refund':
        this.movementEnd = 'failed';
        this.payment = refundRefused(this.payment, amountMinor);
        this.facts.push({
          type: 'payment.refund_failed',
          data: { refundId: id, amount, declineCode: command.declineCode },
        });
        return;
    }
  }

  private scheduleCheck(afterMs: number): void {
    this.sleepUntil('check', afterMs, 'the acquirer, to be asked what became of the call');
    invariant(this.attempt !== undefined, 'a check is about an attempt');
    this.facts.push({
      type: 'payment.outcome_unknown',
      data: {
        attempt: this.attemptFact(),
        operation: this.attempt.operation,
        nextCheckAt: new Date(this.parts.clock.now().getTime() + afterMs).toISOString(),
      },
    });
  }

  /** Given up with nothing done: an attempt whose outcome stayed unknown counts as never sent. */
  private abandonAttempt(): void {
    if (this.attempt?.state === 'outcome_unknown') this.noteOutcome('was_not_sent');
  }

  private attemptFact(): { number: number; acquirer: string } {
    invariant(this.attempt !== undefined, 'there is an attempt to tell of');
    return { number: this.attempt.number, acquirer: this.attempt.acquirer };
  }

  private acquirer(): string {
    return this.attemptFact().acquirer;
  }
}

const riskDecline = {
  code: 'blocked_by_risk',
  message: 'The payment was blocked by risk rules.',
  retryable: false,
  source: 'risk',
} as const;
