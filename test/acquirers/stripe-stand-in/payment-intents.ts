import { authenticationRequired, fateOf } from './cards.ts';
import { invalid, noSuch, StandInError, unexpectedState } from './errors.ts';
import { textOf, textsOf, wholeOf, type Form } from './form.ts';
import type { Ledger } from './ledger.ts';
import type { CardError, Intent } from './objects.ts';

/** The payment intents of the stand-in: captured by hand, confirmed as they are made. */
export class PaymentIntents {
  constructor(
    private readonly ledger: Ledger,
    private readonly url: () => string,
  ) {}

  create(form: Form): Intent {
    const amount = wholeOf(form, 'amount');
    if (amount === undefined || !Number.isSafeInteger(amount)) {
      throw invalid('Invalid integer', { code: 'parameter_invalid_integer', param: 'amount' });
    }
    if (amount < 1) throw invalid('The amount is too small.', { code: 'amount_too_small', param: 'amount' });
    if (amount > 99_999_999) throw invalid('The amount is too large.', { code: 'amount_too_large', param: 'amount' });
    if (textOf(form, 'capture_method') !== 'manual' || textOf(form, 'confirm') !== 'true') {
      throw invalid('The stand-in knows intents only that are confirmed at once and captured by hand.');
    }
    if ('payment_method_types' in form) {
      throw invalid('Received unknown parameter: payment_method_types', { code: 'parameter_unknown' });
    }
    const paymentMethod = textOf(form, 'payment_method') ?? '';
    const fate = fateOf(paymentMethod);
    if (fate === undefined) throw noSuch('PaymentMethod', paymentMethod, 'payment_method');

    const intent = this.begin(amount - (fate.type === 'wrong_amount' ? 1 : 0), paymentMethod, form);
    if (fate.type === 'declined') this.decline(intent, fate.error);
    else if (fate.type === 'challenge') this.challenge(intent, form);
    else this.hold(intent);
    return intent;
  }

  update(id: string, form: Form): Intent {
    const intent = this.ledger.intent(id);
    this.note(intent, form);
    return intent;
  }

  capture(id: string, form: Form): Intent {
    const intent = this.ledger.intent(id);
    if (intent.status !== 'requires_capture') throw unexpectedState(intent, 'captured', 'requires_capture');
    const amount = wholeOf(form, 'amount_to_capture') ?? intent.amount_capturable;
    if (amount > intent.amount_capturable) {
      throw invalid('The requested capture amount is greater than the amount you can capture for this charge.', {
        code: 'amount_too_large',
        param: 'amount_to_capture',
        payment_intent: intent,
      });
    }
    intent.amount_received += amount;
    intent.amount_capturable -= amount;
    this.ledger.chargeOf(intent).amount_captured = intent.amount_received;
    if (textOf(form, 'final_capture') !== 'false' || intent.amount_capturable === 0) {
      intent.amount_capturable = 0;
      intent.status = 'succeeded';
    }
    this.note(intent, form);
    this.ledger.tell('payment_intent.amount_capturable_updated', intent);
    if (intent.status === 'succeeded') this.ledger.tell('payment_intent.succeeded', intent);
    return intent;
  }

  cancel(id: string, reason: string | null = null): Intent {
    const intent = this.ledger.intent(id);
    const open = ['requires_payment_method', 'requires_action', 'requires_capture'];
    if (!open.includes(intent.status) || intent.amount_received > 0) {
      throw unexpectedState(intent, 'canceled', open.join(', '));
    }
    intent.status = 'canceled';
    intent.cancellation_reason = reason;
    intent.canceled_at = this.ledger.now();
    intent.amount_capturable = 0;
    intent.next_action = null;
    this.ledger.changed(intent);
    this.ledger.tell('payment_intent.canceled', intent);
    return intent;
  }

  increment(id: string, form: Form): Intent {
    const intent = this.ledger.intent(id);
    if (intent.status !== 'requires_capture') throw unexpectedState(intent, 'incremented', 'requires_capture');
    const total = wholeOf(form, 'amount') ?? 0;
    if (total <= intent.amount) {
      throw invalid('The amount must be greater than the current one.', { param: 'amount', payment_intent: intent });
    }
    intent.amount_capturable += total - intent.amount;
    intent.amount = total;
    this.ledger.chargeOf(intent).amount = total;
    this.note(intent, form);
    this.ledger.tell('payment_intent.amount_capturable_updated', intent);
    return intent;
  }

  /** The customer's answer on the page of the challenge. */
  decideChallenge(id: string, accepted: boolean): void {
    const intent = this.ledger.intent(id);
    if (intent.status !== 'requires_action') return;
    intent.next_action = null;
    if (accepted) {
      this.hold(intent);
      return;
    }
    const message = 'The provided PaymentMethod has failed authentication.';
    this.fail(intent, { type: 'card_error', code: 'payment_intent_authentication_failure', message });
  }

  private begin(amount: number, paymentMethod: string, form: Form): Intent {
    const intent: Intent = {
      id: this.ledger.id('pi'),
      object: 'payment_intent',
      created: this.ledger.now(),
      livemode: false,
      currency: textOf(form, 'currency') ?? '',
      payment_method: paymentMethod,
      capture_method: 'manual',
      status: 'requires_payment_method',
      amount,
      amount_capturable: 0,
      amount_received: 0,
      metadata: textsOf(form, 'metadata'),
      cancellation_reason: null,
      canceled_at: null,
      last_payment_error: null,
      latest_charge: null,
      next_action: null,
    };
    this.ledger.intents.set(intent.id, intent);
    this.ledger.changed(intent);
    return intent;
  }

  private hold(intent: Intent): void {
    this.ledger.charge(intent, 'succeeded');
    intent.status = 'requires_capture';
    intent.amount_capturable = intent.amount;
    this.ledger.changed(intent);
    this.ledger.tell('payment_intent.amount_capturable_updated', intent);
  }

  private decline(intent: Intent, error: CardError): never {
    this.fail(intent, error);
    throw new StandInError(402, { ...error, payment_intent: intent });
  }

  private fail(intent: Intent, error: CardError): void {
    this.ledger.charge(intent, 'failed');
    intent.status = 'requires_payment_method';
    intent.last_payment_error = error;
    this.ledger.changed(intent);
    this.ledger.tell('payment_intent.payment_failed', intent);
  }

  private challenge(intent: Intent, form: Form): void {
    if (textOf(form, 'error_on_requires_action') === 'true') this.decline(intent, authenticationRequired);
    const url = `${this.url()}/challenges/${intent.id}`;
    intent.status = 'requires_action';
    intent.next_action = {
      type: 'redirect_to_url',
      redirect_to_url: { url, return_url: textOf(form, 'return_url') ?? '' },
    };
    this.ledger.changed(intent);
    this.ledger.tell('payment_intent.requires_action', intent);
  }

  private note(intent: Intent, form: Form): void {
    Object.assign(intent.metadata, textsOf(form, 'metadata'));
    if (Object.keys(intent.metadata).length > 50)
      throw invalid('Metadata can have up to 50 keys.', { param: 'metadata' });
    this.ledger.changed(intent);
  }
}
