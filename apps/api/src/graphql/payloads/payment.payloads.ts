import { Field, ObjectType } from '@nestjs/graphql';
import { AuthorizationIncreaseType } from '../types/authorization-increase.type.ts';
import { CaptureType } from '../types/capture.type.ts';
import { DisputeType } from '../types/dispute.type.ts';
import { PaymentType } from '../types/payment.type.ts';
import { RefundType } from '../types/refund.type.ts';
import { UserErrorType } from '../types/user-error.type.ts';

/** What every mutation of a payment answers. */
@ObjectType({ isAbstract: true })
abstract class PaymentPayload {
  @Field(() => PaymentType, {
    nullable: true,
    description: 'The payment as it stands; null when the mutation was refused.',
  })
  readonly payment!: PaymentType | null;

  @Field(() => [UserErrorType], { description: 'Why the mutation was refused; empty when it was not.' })
  readonly userErrors!: readonly UserErrorType[];
}

@ObjectType('CreatePaymentPayload', { description: 'What became of `createPayment`.' })
export class CreatePaymentPayload extends PaymentPayload {}

@ObjectType('CapturePaymentPayload', { description: 'What became of `capturePayment`.' })
export class CapturePaymentPayload extends PaymentPayload {
  @Field(() => CaptureType, { nullable: true, description: 'The capture that was made; null when it was refused.' })
  readonly capture!: CaptureType | null;
}

@ObjectType('IncreaseAuthorizationPayload', { description: 'What became of `increaseAuthorization`.' })
export class IncreaseAuthorizationPayload extends PaymentPayload {
  @Field(() => AuthorizationIncreaseType, {
    nullable: true,
    description: 'The increase that was made; null when it was refused.',
  })
  readonly increase!: AuthorizationIncreaseType | null;
}

@ObjectType('VoidPaymentPayload', { description: 'What became of `voidPayment`.' })
export class VoidPaymentPayload extends PaymentPayload {}

@ObjectType('RefundPaymentPayload', { description: 'What became of `refundPayment`.' })
export class RefundPaymentPayload extends PaymentPayload {
  @Field(() => RefundType, { nullable: true, description: 'The refund that was made; null when it was refused.' })
  readonly refund!: RefundType | null;
}

@ObjectType('SubmitDisputeEvidencePayload', { description: 'What became of `submitDisputeEvidence`.' })
export class SubmitDisputeEvidencePayload extends PaymentPayload {
  @Field(() => DisputeType, {
    nullable: true,
    description: 'The dispute as it stands; null when the mutation was refused.',
  })
  readonly dispute!: DisputeType | null;
}
