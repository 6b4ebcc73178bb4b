import type { WebhookHeaders } from '#security';

export interface WebhookRequest {
  readonly url: string;
  readonly headers: WebhookHeaders;
  readonly body: string;
}

/** What the receiver said, or why it said nothing; `called_off` when we stopped before it could. */
export type WebhookReply =
  | { readonly kind: 'answered'; readonly status: number; readonly retryAfter: string | null }
  | { readonly kind: 'unanswered'; readonly error: string }
  | { readonly kind: 'called_off' };

export const WEBHOOK_SENDER = Symbol('WebhookSender');

/** Port: makes the request of one attempt. Never throws for what a receiver does. */
export interface WebhookSender {
  send(webhook: WebhookRequest, callOff: AbortSignal): Promise<WebhookReply>;
}
