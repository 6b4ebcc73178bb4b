/** How the acquirer takes one operation. */
export type Fate =
  | 'approved'
  | 'declined'
  /** Done, but the connection is cut before the answer: nobody knows until somebody asks. */
  | 'reply_lost'
  /** Cut before it is done. */
  | 'request_lost'
  /** Promises that it did nothing, until time passes. */
  | 'not_processed';

export type PaymentCommand =
  | { readonly do: 'capture'; readonly minor: number; readonly final: boolean; readonly fate: Fate }
  | { readonly do: 'void'; readonly fate: Fate }
  | { readonly do: 'refund'; readonly minor: number; readonly fate: Fate }
  | { readonly do: 'increase'; readonly minor: number; readonly fate: Fate }
  /** A capture in a currency that is not the payment's. */
  | { readonly do: 'capture_foreign'; readonly minor: number }
  /** The client sends an earlier request once more, with the same key. */
  | { readonly do: 'again'; readonly which: number }
  /** As much time passes as it takes until nothing is left to be asked or tried. */
  | { readonly do: 'rest' }
  /** The time of the hold is over. */
  | { readonly do: 'hold_over' };

export interface PaymentLife {
  readonly captureMethod: 'automatic' | 'manual';
  readonly amount: number;
  readonly authorization: Fate;
  /** Of the capture that follows by itself. */
  readonly automaticCapture: Fate;
  readonly commands: readonly PaymentCommand[];
}

export type ModelAnswer =
  | 'accepted'
  | { readonly code: 'invalid_state'; readonly allowed: readonly string[] }
  | { readonly code: 'amount_exceeded'; readonly available: number }
  | { readonly code: 'invalid_input' };

type Kind = 'authorize' | 'capture' | 'void' | 'refund' | 'increase';

/** Something that the acquirer was asked for. */
interface Operation {
  readonly kind: Kind;
  readonly minor: number;
  readonly final: boolean;
  readonly fate: Fate;
}

/** What is compared with the payment's row. */
export interface PaymentFigures {
  state: string;
  amount: number;
  authorized: number;
  capturePending: number;
  captured: number;
  voidPending: number;
  voided: number;
  refundPending: number;
  refunded: number;
  increasePending: number;
  /** Operations of which nobody knows what became of them, or which are to be tried again. */
  underWay: number;
}

/**
 * What a payment is to a merchant, told once more in the simplest words: amounts, what is under way, and what each answer
 * changes. It shares no code with the services.
 */
export class PaymentModel {
  readonly figures: PaymentFigures;
  /** What the acquirer has done and approved, in no order: `capture 300`, `void`. */
  readonly done: string[] = [];
  private readonly life: PaymentLife;
  private underWay: Operation[] = [];
  private holding = false;

  constructor(life: PaymentLife) {
    this.life = life;
    this.figures = {
      state: 'processing',
      amount: life.amount,
      authorized: 0,
      capturePending: 0,
      captured: 0,
      voidPending: 0,
      voided: 0,
      refundPending: 0,
      refunded: 0,
      increasePending: 0,
      underWay: 0,
    };
    this.ask({ kind: 'authorize', minor: life.amount, final: false, fate: life.authorization });
  }

  capture(minor: number, final: boolean, fate: Fate): ModelAnswer {
    const { figures } = this;
    if (!this.canCapture()) return this.notNow();
    if (minor > this.left()) return { code: 'amount_exceeded', available: this.left() };
    figures.capturePending += minor;
    // Nobody takes from what a final capture is about to release.
    if (final) figures.voidPending += this.left();
    this.ask({ kind: 'capture', minor, final, fate });
    return 'accepted';
  }

  void(fate: Fate): ModelAnswer {
    if (this.isReleasing() || this.figures.state === 'voided') return 'accepted';
    if (!this.canVoid()) return this.notNow();
    this.release(fate);
    return 'accepted';
  }

  /** A void is on its way, so that another one has nothing to do. */
  isReleasing(): boolean {
    const { state, voidPending, capturePending } = this.figures;
    return state === 'voiding' || (voidPending > 0 && capturePending === 0);
  }

  refund(minor: number, fate: Fate): ModelAnswer {
    const { figures } = this;
    const available = this.refundable();
    if (figures.captured > 0 && available === 0) return { code: 'amount_exceeded', available: 0 };
    if (!this.canRefund()) return this.notNow();
    if (minor > available) return { code: 'amount_exceeded', available };
    figures.refundPending += minor;
    this.ask({ kind: 'refund', minor, final: false, fate });
    return 'accepted';
  }

  increase(minor: number, fate: Fate): ModelAnswer {
    const { state, capturePending, increasePending } = this.figures;
    if (state !== 'authorized' || capturePending + increasePending > 0) return this.notNow();
    this.figures.increasePending = minor;
    this.ask({ kind: 'increase', minor, final: false, fate });
    return 'accepted';
  }

  /** Everything under way comes to its end, and what follows from it as well. */
  rest(): void {
    while (this.underWay.length > 0) {
      const operations = this.underWay;
      this.underWay = [];
      for (const operation of operations) this.end(operation, wasDoneInTheEnd(operation));
    }
    this.figures.underWay = 0;
  }

  /** Whether the rest of the hold is given back then; whoever is at it is not disturbed. */
  holdOver(): boolean {
    const { figures } = this;
    const { capturePending, voidPending, increasePending } = figures;
    const isBusy = figures.state === 'voiding' || capturePending + voidPending + increasePending > 0;
    if (!this.holding || isBusy) return false;
    this.holding = false;
    if (!this.canCapture()) return false;
    this.did('void', this.left());
    figures.voided += this.left();
    if (figures.captured === 0) figures.state = 'expired';
    else this.settleHold();
    return true;
  }

  private ask(operation: Operation): void {
    if (operation.fate === 'approved' || operation.fate === 'declined') {
      this.end(operation, operation.fate === 'approved');
    } else this.underWay.push(operation);
    this.figures.underWay = this.underWay.length;
  }

  private end(operation: Operation, approved: boolean): void {
    const { figures } = this;
    const { kind, minor, final } = operation;
    if (approved) this.did(kind, minor);
    switch (kind) {
      case 'authorize':
        return this.endAuthorization(operation, approved);
      case 'capture':
        figures.capturePending -= minor;
        if (approved) figures.captured += minor;
        if (final) figures.voidPending = 0;
        if (this.life.captureMethod === 'automatic' && !approved) return this.fail();
        // What was set aside for a capture has gone with the hold when that was ended meanwhile.
        if ((final && approved) || figures.voided > 0) figures.voided += this.left();
        return this.settleHold();
      case 'void':
        return this.endVoid(approved);
      case 'refund':
        figures.refundPending -= minor;
        if (!approved) return;
        figures.refunded += minor;
        figures.state = 'partially_refunded';
        return this.settleRefunds();
      case 'increase':
        figures.increasePending = 0;
        if (!approved) return;
        figures.authorized += minor;
        figures.amount += minor;
    }
  }

  private endAuthorization({ fate, minor }: Operation, approved: boolean): void {
    const { figures } = this;
    if (!approved) {
      figures.state = fate === 'declined' ? 'declined' : 'failed';
      return;
    }
    figures.authorized = minor;
    figures.state = 'authorized';
    this.holding = this.life.captureMethod === 'manual';
    if (this.holding) return;
    figures.capturePending = minor;
    this.ask({ kind: 'capture', minor, final: true, fate: this.life.automaticCapture });
  }

  /** Nothing could be taken by itself: the hold is given back, and nobody pays. */
  private fail(): void {
    const { figures } = this;
    this.did('void', figures.authorized);
    figures.voided = figures.authorized;
    figures.state = 'failed';
  }

  private release(fate: Fate): void {
    const { figures } = this;
    const minor = this.left();
    if (figures.captured > 0) figures.voidPending = minor;
    else figures.state = 'voiding';
    this.ask({ kind: 'void', minor, final: false, fate });
  }

  private endVoid(approved: boolean): void {
    const { figures } = this;
    figures.voidPending = 0;
    if (figures.captured === 0) figures.state = approved ? 'voided' : 'authorized';
    if (!approved) return;
    figures.voided = figures.authorized - figures.captured;
    if (figures.captured > 0) this.settleHold();
  }

  /** Names the state after the hold or what was taken from it has changed. */
  private settleHold(): void {
    const { figures } = this;
    if (figures.captured === 0 || figures.state === 'partially_refunded') return this.settleRefunds();
    figures.state = this.isHoldOver() ? 'captured' : 'partially_captured';
  }

  private settleRefunds(): void {
    const { figures } = this;
    const everything = this.isHoldOver() && figures.refunded === figures.captured;
    if (figures.state === 'partially_refunded' && everything) figures.state = 'refunded';
  }

  private left(): number {
    const { authorized, capturePending, captured, voidPending, voided } = this.figures;
    return authorized - capturePending - captured - voidPending - voided;
  }

  private refundable(): number {
    return this.figures.captured - this.figures.refundPending - this.figures.refunded;
  }

  private isHoldOver(): boolean {
    return this.figures.authorized === this.figures.captured + this.figures.voided;
  }

  private canCapture(): boolean {
    const open = ['authorized', 'partially_captured', 'partially_refunded'];
    return open.includes(this.figures.state) && this.figures.increasePending === 0 && this.left() > 0;
  }

  private canVoid(): boolean {
    return this.canCapture() && this.figures.capturePending === 0;
  }

  private canRefund(): boolean {
    const taken = ['partially_captured', 'captured', 'partially_refunded'];
    return taken.includes(this.figures.state) && this.refundable() > 0;
  }

  private notNow(): ModelAnswer {
    const allowed: string[] = [];
    if (this.canCapture()) allowed.push('CAPTURE');
    if (this.canVoid()) allowed.push('VOID');
    if (this.canRefund()) allowed.push('REFUND');
    return { code: 'invalid_state', allowed };
  }

  private did(kind: Kind, minor: number): void {
    this.done.push(kind === 'void' ? kind : `${kind} ${minor}`);
  }
}

/** An authorization of which nothing arrived is given up; whatever was asked of a hold is asked again until it is done. */
function wasDoneInTheEnd({ kind, fate }: Operation): boolean {
  return fate !== 'declined' && !(kind === 'authorize' && fate === 'request_lost');
}
