import { registerEnumType } from '@nestjs/graphql';
import type {
  AttemptOperation,
  AttemptState,
  CaptureMethod,
  Decline,
  PaymentAction,
  PaymentStatus,
  RiskDecision,
} from '#domain';
import type { MovementStatus } from '#persistence';

/** Names that clients see, and the words of the domain behind them; each map is checked to be complete. */

export const PaymentStatusType = {
  PROCESSING: 'PROCESSING',
  REQUIRES_ACTION: 'REQUIRES_ACTION',
  IN_REVIEW: 'IN_REVIEW',
  AUTHORIZED: 'AUTHORIZED',
  PARTIALLY_CAPTURED: 'PARTIALLY_CAPTURED',
  CAPTURED: 'CAPTURED',
  PARTIALLY_REFUNDED: 'PARTIALLY_REFUNDED',
  REFUNDED: 'REFUNDED',
  VOIDED: 'VOIDED',
  EXPIRED: 'EXPIRED',
  DECLINED: 'DECLINED',
  FAILED: 'FAILED',
} as const satisfies { readonly [Status in PaymentStatus]: Status };

registerEnumType(PaymentStatusType, {
  name: 'PaymentStatus',
  description: 'Where a payment stands.',
  valuesMap: {
    PROCESSING: { description: 'Accepted; the outcome is not known yet.' },
    REQUIRES_ACTION: { description: 'The customer must act.' },
    IN_REVIEW: { description: 'A person looks at the risk.' },
    AUTHORIZED: { description: 'The money is held on the card; nothing has been taken.' },
    PARTIALLY_CAPTURED: { description: 'A part has been taken; more can be captured.' },
    CAPTURED: { description: 'The money has been taken.' },
    PARTIALLY_REFUNDED: { description: 'A part of what was taken has been given back.' },
    REFUNDED: { description: 'Everything that was taken has been given back.' },
    VOIDED: { description: 'The hold was released; nothing was taken.' },
    EXPIRED: { description: 'The hold ran out before anything was taken.' },
    DECLINED: { description: 'Issuer, acquirer or risk said no; see `decline`.' },
    FAILED: { description: 'Could not be completed; nothing was taken.' },
  },
});

export const PaymentActionType = { CAPTURE: 'CAPTURE', VOID: 'VOID', REFUND: 'REFUND' } as const satisfies {
  readonly [Action in PaymentAction]: Action;
};

registerEnumType(PaymentActionType, {
  name: 'PaymentAction',
  description: 'What can be asked of a payment after it was created.',
  valuesMap: {
    CAPTURE: { description: '`capturePayment`: take money that is held.' },
    VOID: { description: '`voidPayment`: release the whole hold.' },
    REFUND: { description: '`refundPayment`: give back money that was taken.' },
  },
});

export const CaptureMethodType = { AUTOMATIC: 'automatic', MANUAL: 'manual' } as const satisfies Record<
  Uppercase<CaptureMethod>,
  CaptureMethod
>;

registerEnumType(CaptureMethodType, {
  name: 'CaptureMethod',
  description: 'When the money is taken.',
  valuesMap: {
    AUTOMATIC: { description: 'As soon as the payment is authorized.' },
    MANUAL: { description: 'When `capturePayment` asks for it.' },
  },
});

export const DeclineSourceType = { ISSUER: 'issuer', ACQUIRER: 'acquirer', RISK: 'risk' } as const satisfies Record<
  Uppercase<Decline['source']>,
  Decline['source']
>;

registerEnumType(DeclineSourceType, {
  name: 'DeclineSource',
  description: 'Who declined a payment.',
  valuesMap: {
    ISSUER: { description: 'The bank that gave the card to the customer.' },
    ACQUIRER: { description: 'The bank or processor that we asked.' },
    RISK: { description: 'Our own risk rules.' },
  },
});

export const AttemptOperationType = {
  AUTHORIZE: 'authorize',
  INCREASE: 'increase',
  CAPTURE: 'capture',
  VOID: 'void',
  REFUND: 'refund',
} as const satisfies Record<Uppercase<AttemptOperation>, AttemptOperation>;

registerEnumType(AttemptOperationType, {
  name: 'AttemptOperation',
  description: 'What an acquirer was asked to do.',
  valuesMap: {
    AUTHORIZE: { description: 'Hold the amount on the card.' },
    INCREASE: { description: 'Hold more on the card than was held at first.' },
    CAPTURE: { description: 'Take money that is held.' },
    VOID: { description: 'Release what is held.' },
    REFUND: { description: 'Give back money that was taken.' },
  },
});

export const AttemptOutcomeType = {
  IN_FLIGHT: 'submitted',
  APPROVED: 'approved',
  DECLINED: 'declined',
  NOT_SENT: 'not_sent',
  UNKNOWN: 'outcome_unknown',
} as const satisfies Record<string, AttemptState>;

export type AttemptOutcome = (typeof AttemptOutcomeType)[keyof typeof AttemptOutcomeType];

registerEnumType(AttemptOutcomeType, {
  name: 'AttemptOutcome',
  description: 'What is known of an attempt.',
  valuesMap: {
    IN_FLIGHT: { description: 'The acquirer has been asked and has not answered yet.' },
    APPROVED: { description: 'The acquirer did it.' },
    DECLINED: { description: 'The acquirer refused, and did nothing.' },
    NOT_SENT: { description: 'It surely never happened.' },
    UNKNOWN: { description: 'The answer was lost; the acquirer is being asked what became of it.' },
  },
});

export const OperationStatusType = {
  PENDING: 'pending',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
} as const satisfies Record<Uppercase<MovementStatus>, MovementStatus>;

registerEnumType(OperationStatusType, {
  name: 'OperationStatus',
  description: 'What became of a capture or refund.',
  valuesMap: {
    PENDING: { description: 'Accepted; the amount is set aside and the acquirer is being asked.' },
    SUCCEEDED: { description: 'Done.' },
    FAILED: { description: 'Refused by the acquirer; the amount is free again.' },
  },
});

export const RiskDecisionType = {
  ALLOW: 'allow',
  REVIEW: 'review',
  CHALLENGE: 'challenge',
  BLOCK: 'block',
} as const satisfies Record<Uppercase<RiskDecision>, RiskDecision>;

registerEnumType(RiskDecisionType, {
  name: 'RiskDecision',
  description: 'What risk said about a payment.',
  valuesMap: {
    ALLOW: { description: 'Go on.' },
    REVIEW: { description: 'A person looks first.' },
    CHALLENGE: { description: 'The customer has to prove who they are.' },
    BLOCK: { description: 'Declined by us; no acquirer was asked.' },
  },
});

export const SettlementStatusType = { PENDING: 'pending', SETTLED: 'settled' } as const;

registerEnumType(SettlementStatusType, {
  name: 'SettlementStatus',
  description: 'Whether captured money is available.',
  valuesMap: {
    PENDING: { description: 'Captured; waits for the next settlement batch.' },
    SETTLED: { description: 'In a closed batch; the net amount is available.' },
  },
});
