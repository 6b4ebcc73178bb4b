import { Field, InputType, Int } from '@nestjs/graphql';
import type { CaptureMethod } from '#domain';
import { JsonObjectScalar, type JsonObject } from '../scalars/json-object.scalar.ts';
import { CaptureMethodType } from '../types/payment.enums.ts';
import { IsInput } from './constraint.ts';
import { IsMetadata } from './metadata-constraint.ts';
import { MoneyInput } from './money.input.ts';
import { IsAwaitOutcomeMs, IsCardToken } from './payment-constraints.ts';
import { IsIdempotencyKey, IsReference, IsReturnUrl } from './text-constraints.ts';

/** Long enough for nearly every acquirer's answer, short enough for a customer who looks at a spinner. */
export const awaitOutcomeMsDefault = 5_000;

@InputType('PaymentSourceInput', { description: 'What is paid with: exactly one of these.', isOneOf: true })
export class PaymentSourceInput {
  @Field(() => String, { nullable: true, description: 'A card by its token, such as `tok_visa`.' })
  @IsCardToken()
  readonly cardToken!: string;
}

@InputType('CreatePaymentInput', { description: 'A payment to be made.' })
export class CreatePaymentInput {
  @Field(() => String, {
    description:
      '1 to 255 printable characters of your choice. The same key again changes nothing and answers the same.',
  })
  @IsIdempotencyKey()
  readonly idempotencyKey!: string;

  @Field(() => String, { description: 'Your own order id. One reference has one live payment.' })
  @IsReference()
  readonly reference!: string;

  @Field(() => MoneyInput, { description: 'How much.' })
  @IsInput(MoneyInput)
  readonly amount!: MoneyInput;

  @Field(() => PaymentSourceInput, { description: 'What it is paid with.' })
  @IsInput(PaymentSourceInput)
  readonly source!: PaymentSourceInput;

  @Field(() => CaptureMethodType, {
    defaultValue: CaptureMethodType.AUTOMATIC,
    description: 'When the money is taken.',
  })
  readonly captureMethod!: CaptureMethod;

  @Field(() => String, {
    nullable: true,
    description: 'Where the customer’s browser goes after a challenge (3-D Secure): an http or https address.',
  })
  @IsReturnUrl()
  readonly returnUrl?: string | null;

  @Field(() => JsonObjectScalar, { nullable: true, description: 'What you want to find with the payment again.' })
  @IsMetadata()
  readonly metadata?: JsonObject | null;

  @Field(() => Int, {
    defaultValue: awaitOutcomeMsDefault,
    description: 'Hold the answer until the outcome is known, at most this many milliseconds: 0 to 20000.',
  })
  @IsAwaitOutcomeMs()
  readonly awaitOutcomeMs!: number;
}
