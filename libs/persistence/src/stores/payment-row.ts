import { idOf, uuidOf, type CurrencyCode, type Decline, type Payment, type PaymentState, type Terms } from '#domain';

/** A row of `payments.payment`, as far as decisions need it. */
export interface PaymentRow {
  merchant_id: string;
  id: string;
  reference: string;
  attempt_number: number;
  state: PaymentState;
  version: number;
  capture_method: 'automatic' | 'manual';
  currency: CurrencyCode;
  amount: bigint;
  authorized: bigint;
  capture_pending: bigint;
  captured: bigint;
  refund_pending: bigint;
  refunded: bigint;
  void_pending: bigint;
  increase_pending: bigint;
  voided: bigint;
  disputed: bigint;
  charged_back: bigint;
  card_token: string;
  decline_code: string | null;
  decline_message: string | null;
  decline_retryable: boolean | null;
  decline_source: Decline['source'] | null;
  return_url: string | null;
  redirect_url: string | null;
  authorization_expires_at: Date | null;
  terms: StoredTerms;
  created_at: Date;
  updated_at: Date;
}

/** JSON has no bigint; terms are far below 2^53. */
interface StoredTerms {
  feeBasisPoints: number;
  feeFixed: number;
  riskLimit: number;
  riskFloor: number;
  /** Absent from payments of before there was a choice of acquirers, and of patience. */
  routingVersion?: number;
  patienceMs?: number;
}

export const paymentColumns = `merchant_id, id, reference, attempt_number, state, version, capture_method, currency, amount,
  authorized, capture_pending, captured, refund_pending, refunded, void_pending, voided, increase_pending, disputed, charged_back, card_token,
  decline_code, decline_message, decline_retryable, decline_source, return_url, redirect_url, authorization_expires_at, terms,
  created_at, updated_at`;

export function paymentOf(row: PaymentRow): Payment {
  return {
    id: idOf('pay', row.id),
    merchantId: idOf('mer', row.merchant_id),
    reference: row.reference,
    attemptNumber: row.attempt_number,
    state: row.state,
    captureMethod: row.capture_method,
    amount: { minor: row.amount, currency: row.currency },
    balance: {
      authorized: row.authorized,
      capturePending: row.capture_pending,
      captured: row.captured,
      refundPending: row.refund_pending,
      refunded: row.refunded,
      voidPending: row.void_pending,
      increasePending: row.increase_pending,
      voided: row.voided,
      disputed: row.disputed,
      chargedBack: row.charged_back,
    },
    cardToken: row.card_token,
    decline: declineOf(row),
    returnUrl: row.return_url,
    redirectUrl: row.redirect_url,
    authorizationExpiresAt: row.authorization_expires_at,
    terms: {
      feeBasisPoints: row.terms.feeBasisPoints,
      feeFixed: BigInt(row.terms.feeFixed),
      riskLimit: BigInt(row.terms.riskLimit),
      riskFloor: BigInt(row.terms.riskFloor),
      routingVersion: row.terms.routingVersion ?? 0,
      patienceMs: row.terms.patienceMs ?? 0,
    },
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export function storedTermsOf(terms: Terms): StoredTerms {
  return {
    feeBasisPoints: terms.feeBasisPoints,
    feeFixed: Number(terms.feeFixed),
    riskLimit: Number(terms.riskLimit),
    riskFloor: Number(terms.riskFloor),
    routingVersion: terms.routingVersion,
    patienceMs: terms.patienceMs,
  };
}

/** The key of a payment in every table: the merchant first, so that nothing can be found under another one's name. */
export function keyOf(payment: Pick<Payment, 'merchantId' | 'id'>): [merchant: string, payment: string] {
  return [uuidOf(payment.merchantId), uuidOf(payment.id)];
}

function declineOf(row: PaymentRow): Decline | null {
  if (row.decline_code === null || row.decline_source === null) return null;
  return {
    code: row.decline_code,
    message: row.decline_message ?? '',
    retryable: row.decline_retryable ?? false,
    source: row.decline_source,
  };
}
