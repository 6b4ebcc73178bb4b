import { Inject, Injectable } from '@nestjs/common';
import { judgeAttempt, type Clock } from '#domain';
import { UnitOfWork } from '#persistence';
import { CLOCK } from '#runtime';
import { signWebhook } from '#security';
import {
  WEBHOOK_SENDER,
  type WebhookReply,
  type WebhookRequest,
  type WebhookSender,
} from '../delivery/webhook-sender.ts';
import type { AttemptRecord } from '../stores/delivery.store.ts';
import type { DueDelivery } from '../stores/due-deliveries.ts';
import type { EndpointHealth } from '../stores/endpoint.store.ts';
import type { WebhooksStores } from '../stores/webhooks-stores.ts';

/** Gives numbers from [0, 1). Chance is an input, as time is. */
export const CHANCE = Symbol('Chance');

type Outcome = Exclude<WebhookReply, { kind: 'called_off' }>;

/**
 * Makes one attempt of a claimed delivery: sends outside of any transaction, then writes down what came of it. Whoever dies
 * in between sends again when the lease is over, under the same webhook-id.
 */
@Injectable()
export class AttemptDelivery {
  constructor(
    private readonly unitOfWork: UnitOfWork<WebhooksStores>,
    @Inject(WEBHOOK_SENDER) private readonly sender: WebhookSender,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CHANCE) private readonly chance: () => number,
  ) {}

  async execute(delivery: DueDelivery, callOff: AbortSignal): Promise<void> {
    const at = this.clock.now();
    const startedMs = performance.now();
    const reply = await this.sender.send(requestOf(delivery, at), callOff);
    if (reply.kind === 'called_off') {
      await this.unitOfWork.run((tx) => tx.deliveries.release(delivery, this.clock.now()));
      return;
    }
    const durationMs = Math.round(performance.now() - startedMs);
    await this.record(delivery, reply, { at, durationMs, ...outcomeOf(reply) });
  }

  private record(delivery: DueDelivery, reply: Outcome, attempt: AttemptRecord): Promise<void> {
    const { merchantId, endpointId } = delivery;
    return this.unitOfWork.run(async (tx) => {
      const health = await healthBefore(tx, delivery, reply);
      const claimed = await tx.deliveries.lock(delivery);
      if (claimed === undefined) return;

      const { status, attempts } = claimed;
      if (status !== 'pending') return tx.deliveries.record(delivery, attempts + 1, attempt, null);
      const before = { status, attempts, failingSince: health.failingSince };
      const verdict = judgeAttempt(before, reply, this.clock.now(), this.chance());
      await tx.deliveries.record(delivery, attempts + 1, attempt, verdict.delivery);
      if (isSuccess(reply) && health.failingSince === null) return;
      await tx.endpoints.judge(merchantId, endpointId, verdict.endpoint);
      if (verdict.endpoint.status !== 'enabled') await tx.deliveries.cancelAll(merchantId, endpointId);
    });
  }
}

/** Locks what the attempt may change, the endpoint before its deliveries. */
async function healthBefore(
  tx: WebhooksStores,
  { merchantId, endpointId }: DueDelivery,
  reply: Outcome,
): Promise<EndpointHealth> {
  if (isSuccess(reply)) {
    const health = await tx.endpoints.health(merchantId, endpointId);
    // By far the most: nothing of the endpoint changes, and its deliveries need not wait for each other.
    if (health.failingSince === null) return health;
  } else {
    // Whatever may disable the endpoint waits for whoever feeds the merchant, so that no delivery is added unseen.
    await tx.feed.lock(new Set([merchantId]));
  }
  return tx.endpoints.lockHealth(merchantId, endpointId);
}

/** The body is made once per attempt and signed as it is sent. */
function requestOf({ eventId, type, occurredAt, sequence, data, url, secrets }: DueDelivery, at: Date): WebhookRequest {
  const timestamp = occurredAt.toISOString();
  const body = JSON.stringify({ id: eventId, type, timestamp, sequence: Number(sequence), data });
  return { url, body, headers: signWebhook({ id: eventId, body, sentAt: at }, secrets) };
}

function isSuccess(reply: Outcome): boolean {
  return reply.kind === 'answered' && reply.status >= 200 && reply.status <= 299;
}

function outcomeOf(reply: Outcome): Pick<AttemptRecord, 'responseStatus' | 'error'> {
  if (reply.kind === 'unanswered') return { responseStatus: null, error: reply.error };
  const isRedirect = reply.status >= 300 && reply.status <= 399;
  return { responseStatus: reply.status, error: isRedirect ? 'redirects are not followed' : null };
}
