import type { Stripe } from 'stripe';
import { invariant } from '#domain';
import type { AcquirerAnswer, AcquirerRequest } from '../acquirer.ts';
import { stripeAmountOf } from './stripe-amounts.ts';
import { attemptAnswer, refundAnswer } from './stripe-answers.ts';
import { markOf, marksOf, metadataNames, readIntent, readRefund, type StripeIntent } from './stripe-objects.ts';
import { paymentMethodOf } from './stripe-test-cards.ts';

/** Stripe shows a charge's own facts, such as the end of the hold, only to those who ask for them. */
const expand = ['latest_charge'];

/** Our operations in Stripe's calls. Whatever fails is thrown as the package throws it. */
export class StripeOperations {
  private readonly stripe: Stripe;
  private readonly secretKey: string;

  constructor(stripe: Stripe, secretKey: string) {
    this.stripe = stripe;
    this.secretKey = secretKey;
  }

  async perform(request: AcquirerRequest): Promise<AcquirerAnswer> {
    const amount = stripeAmountOf(request.amount);
    if ('refused' in amount) {
      const { refused: message } = amount;
      return { type: 'declined', code: 'amount_not_allowed', acquirerCode: 'not_asked', message };
    }
    if (request.operation === 'refund') return this.refund(request, amount.units);
    const intent = await this.onIntent(request, amount.units);
    if (intent.currency.toUpperCase() !== request.amount.currency) {
      return { type: 'unknown', reason: `answered in ${intent.currency}` };
    }
    const answer = attemptAnswer(intent, request.key);
    return answer.type === 'nothing_found' ? { type: 'unknown', reason: 'answered without our key' } : answer;
  }

  private async onIntent(request: AcquirerRequest, units: number): Promise<StripeIntent> {
    switch (request.operation) {
      case 'authorize':
        return this.authorize(request, units);
      case 'capture':
        return this.capture(request, units);
      case 'increase':
        return this.increase(request, units);
      case 'void':
      case 'refund':
        return this.void(request);
    }
  }

  private async authorize(
    { key, amount, cardToken, reference, returnUrl }: AcquirerRequest,
    units: number,
  ): Promise<StripeIntent> {
    const intent = await this.stripe.paymentIntents.create(
      {
        amount: units,
        currency: amount.currency.toLowerCase(),
        payment_method: paymentMethodOf(cardToken, this.secretKey),
        allowed_payment_method_types: ['card'],
        payment_method_options: {
          card: { request_incremental_authorization: 'if_available', request_multicapture: 'if_available' },
        },
        capture_method: 'manual',
        confirm: true,
        metadata: {
          [metadataNames.key]: key,
          [metadataNames.reference]: reference,
          [metadataNames.amount]: String(units),
        },
        expand,
        // Without a way back for the customer's browser there is no page to send it to: decline instead.
        ...(returnUrl === null ? { error_on_requires_action: true } : { return_url: returnUrl }),
      },
      { idempotencyKey: key },
    );
    return readIntent(intent);
  }

  private async capture(request: AcquirerRequest, units: number): Promise<StripeIntent> {
    const intent = await this.stripe.paymentIntents.capture(
      authorizationOf(request),
      {
        amount_to_capture: units,
        // Stripe refuses the parameter where captures cannot be repeated, so it is named only when it says something.
        ...(request.final ? {} : { final_capture: false }),
        metadata: markOf(request.key, 'capture', units),
        expand,
      },
      { idempotencyKey: request.key },
    );
    return readIntent(intent);
  }

  /**
   * A cancellation can carry no metadata, so the key is left first. What captures have left over is let go by a last
   * capture of nothing; only an intent of which nothing was captured can be canceled.
   */
  private async void(request: AcquirerRequest): Promise<StripeIntent> {
    const id = authorizationOf(request);
    const marked = readIntent(
      await this.stripe.paymentIntents.update(
        id,
        { metadata: markOf(request.key, 'void'), expand },
        { idempotencyKey: `${request.key}:mark` },
      ),
    );
    const options = { idempotencyKey: request.key };
    const isRest = marked.status === 'requires_capture' && marked.amount_received > 0;
    const intent = isRest
      ? await this.stripe.paymentIntents.capture(
          id,
          { amount_to_capture: 0, final_capture: true, metadata: markOf(request.key, 'released'), expand },
          options,
        )
      : await this.stripe.paymentIntents.cancel(id, { expand }, options);
    return readIntent(intent);
  }

  /** Stripe wants the new total. One that already has our key was increased before. */
  private async increase(request: AcquirerRequest, units: number): Promise<StripeIntent> {
    const id = authorizationOf(request);
    const intent = readIntent(await this.stripe.paymentIntents.retrieve(id, { expand }));
    if (marksOf(intent).some(({ key }) => key === request.key)) return intent;
    const increased = await this.stripe.paymentIntents.incrementAuthorization(
      id,
      { amount: intent.amount + units, metadata: markOf(request.key, 'increase', units), expand },
      { idempotencyKey: request.key },
    );
    return readIntent(increased);
  }

  private async refund(request: AcquirerRequest, units: number): Promise<AcquirerAnswer> {
    const refund = await this.stripe.refunds.create(
      {
        payment_intent: authorizationOf(request),
        amount: units,
        metadata: { [metadataNames.key]: request.key, [metadataNames.reference]: request.reference },
      },
      { idempotencyKey: request.key },
    );
    return refundAnswer(readRefund(refund));
  }
}

function authorizationOf({ operation, authorization }: AcquirerRequest): string {
  invariant(authorization !== null, `${operation} needs an authorization`);
  return authorization;
}
