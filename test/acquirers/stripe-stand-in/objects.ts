/** Stripe's objects, as far as anybody here looks at them. */
export interface CardError {
  readonly type: 'card_error';
  readonly code: string;
  readonly decline_code?: string;
  readonly advice_code?: string;
  readonly message: string;
}

export interface Charge {
  readonly id: string;
  readonly object: 'charge';
  amount: number;
  amount_captured: number;
  amount_refunded: number;
  readonly currency: string;
  disputed: boolean;
  status: 'succeeded' | 'failed';
  readonly payment_intent: string;
  readonly payment_method_details: { readonly type: 'card'; readonly card: { readonly capture_before?: number } };
}

export type IntentStatus =
  | 'requires_payment_method'
  | 'requires_action'
  | 'requires_capture'
  | 'processing'
  | 'canceled'
  | 'succeeded';

export interface Intent {
  readonly id: string;
  readonly object: 'payment_intent';
  readonly created: number;
  readonly livemode: false;
  readonly currency: string;
  readonly payment_method: string;
  readonly capture_method: 'manual';
  status: IntentStatus;
  amount: number;
  amount_capturable: number;
  amount_received: number;
  metadata: Record<string, string>;
  cancellation_reason: string | null;
  canceled_at: number | null;
  last_payment_error: CardError | null;
  /** The id alone, unless somebody asks for the charge itself. */
  latest_charge: string | null;
  next_action: {
    readonly type: 'redirect_to_url';
    readonly redirect_to_url: { url: string; return_url: string };
  } | null;
}

export interface Refund {
  readonly id: string;
  readonly object: 'refund';
  readonly created: number;
  readonly amount: number;
  readonly currency: string;
  readonly charge: string;
  readonly payment_intent: string;
  readonly metadata: Record<string, string>;
  readonly reason: null;
  status: 'succeeded' | 'pending' | 'failed';
  failure_reason?: string;
}

export interface Dispute {
  readonly id: string;
  readonly object: 'dispute';
  readonly created: number;
  readonly amount: number;
  readonly currency: string;
  readonly charge: string;
  readonly payment_intent: string;
  readonly reason: string;
  status: 'needs_response' | 'under_review' | 'won' | 'lost';
  evidence: Record<string, string>;
  readonly evidence_details: { readonly due_by: number };
}

export interface EventBody {
  readonly id: string;
  readonly object: 'event';
  readonly api_version: string;
  readonly created: number;
  readonly livemode: false;
  readonly pending_webhooks: number;
  readonly request: { readonly id: string | null; readonly idempotency_key: string | null };
  readonly type: string;
  readonly data: { readonly object: unknown; readonly previous_attributes?: Readonly<Record<string, unknown>> };
}
