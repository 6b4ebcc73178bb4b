export const WEBHOOK_TARGETS = Symbol('WebhookTargets');

/** Port: where deliveries may go. */
export interface WebhookTargets {
  /** Why events cannot be sent to the host of a URL, in words fit for the merchant; undefined when they can. */
  objectionTo(host: string): Promise<string | undefined>;
}
