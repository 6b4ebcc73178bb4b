import type { INestApplication } from '@nestjs/common';
import { vi } from 'vitest';
import { hints, webhookRequests } from '#contracts';
import type { CreateEndpointReply, DeleteEndpointReply, EndpointView } from '#contracts';
import { uuidOf, type Clock, type Id, type MerchantId } from '#domain';
import { Broker, Requester } from '#messaging';
import { CLOCK } from '#runtime';
import { newId } from '../support/payment-events.ts';
import { Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';
import { aPaymentStory } from './payment-story.ts';
import { Receiver } from './receiver.ts';
import { startWebhooks } from './webhooks-service.ts';

export interface AttemptRow {
  readonly number: number;
  readonly at: Date;
  readonly duration_ms: number;
  readonly response_status: number | null;
  readonly error: string | null;
}

export interface DeliveryRow {
  readonly status: string;
  readonly next_attempt_at: Date | null;
  readonly attempts: readonly AttemptRow[];
}

export interface KnownEndpoint {
  readonly merchantId: MerchantId;
  readonly id: Id<'whe'>;
  readonly secret: string;
  readonly path: string;
}

/** The webhooks service with a receiver, a hand on its clock and the API's way of asking it. */
export class Delivering {
  private clockAheadMs = 0;
  private paths = 0;

  private constructor(
    readonly stage: Stage,
    readonly receiver: Receiver,
    private readonly broker: Broker,
  ) {}

  static async begin(): Promise<Delivering> {
    const stage = await Stage.set('webhooks', startWebhooks, []);
    return new Delivering(stage, await Receiver.open(), new Broker({ url: stage.nats.url, name: 'test' }));
  }

  async end(): Promise<void> {
    await this.receiver.close();
    await this.stage.clear();
    await this.broker.close();
  }

  /** A process of the service, on this clock. */
  async enter(settings: Readonly<Record<string, string>> = {}): Promise<INestApplication> {
    const service = await this.stage.enter({
      NODE_ENV: 'development',
      WEBHOOKS_ALLOW_PRIVATE_TARGETS: 'true',
      ...settings,
    });
    vi.spyOn(service.get<Clock>(CLOCK), 'now').mockImplementation(() => this.now());
    await until('the service to answer', () => this.answers());
    return service;
  }

  now(): Date {
    return new Date(Date.now() + this.clockAheadMs);
  }

  /** Moves the clock, and has the service look at it. */
  async advance(ms: number): Promise<void> {
    this.clockAheadMs += ms;
    await this.broker.connected();
    this.broker.hint(hints.deliveriesDue);
  }

  async create(url: string, eventTypes: readonly string[] = ['*'], merchantId = newId('mer')) {
    const request = { merchantId, url, eventTypes };
    return this.request<CreateEndpointReply>(webhookRequests.createEndpoint, request);
  }

  delete(merchantId: MerchantId, endpointId: string): Promise<DeleteEndpointReply> {
    return this.request<DeleteEndpointReply>(webhookRequests.deleteEndpoint, { merchantId, endpointId });
  }

  /** An endpoint on a path of the receiver that nobody else uses. */
  async endpoint(options: { readonly merchantId?: MerchantId; readonly eventTypes?: readonly string[] } = {}) {
    const { merchantId = newId('mer'), eventTypes = ['*'] } = options;
    const path = `/${(this.paths += 1)}`;
    const created = await this.create(this.receiver.urlOf(path), eventTypes, merchantId);
    if (!created.ok) throw new Error(created.message);
    const known: KnownEndpoint = {
      merchantId,
      path,
      id: created.endpoint.id as Id<'whe'>,
      secret: created.signingSecret,
    };
    return known;
  }

  /** Something happens that the merchant is told of: a payment is created. Gives the event's id. */
  async happen(merchantId: MerchantId): Promise<string> {
    const { created } = aPaymentStory(merchantId);
    await this.stage.streams.publish('payments', created);
    return created.id;
  }

  /** The oldest first. */
  async deliveries({ id }: KnownEndpoint): Promise<DeliveryRow[]> {
    return this.stage.query<DeliveryRow>(
      `SELECT status, next_attempt_at, ARRAY(
         SELECT jsonb_build_object('number', number, 'at', at, 'duration_ms', duration_ms,
           'response_status', response_status, 'error', error)
         FROM feed.delivery_attempt WHERE delivery_id = delivery.id ORDER BY number) AS attempts
       FROM feed.delivery WHERE endpoint_id = $1 ORDER BY id`,
      [uuidOf(id)],
    );
  }

  /** The endpoint's only delivery, as soon as so many of its attempts are on record. */
  async attempted(endpoint: KnownEndpoint, attempts: number): Promise<DeliveryRow> {
    return until(`attempt ${attempts}`, async () => {
      const [delivery] = await this.deliveries(endpoint);
      return delivery !== undefined && delivery.attempts.length >= attempts && delivery;
    });
  }

  async endpointRow({ id }: KnownEndpoint): Promise<{ status: EndpointView['status']; failing_since: Date | null }> {
    const [row] = await this.stage.query<{ status: EndpointView['status']; failing_since: Date | null }>(
      'SELECT status, failing_since FROM feed.endpoint WHERE id = $1',
      [uuidOf(id)],
    );
    if (row === undefined) throw new Error(`there is no endpoint ${id}`);
    return row;
  }

  private async request<Reply>(pattern: string, data: object): Promise<Reply> {
    await this.broker.connected();
    return new Requester(this.broker).request<Reply>(pattern, data);
  }

  private async answers(): Promise<boolean> {
    const reply = await this.delete(newId('mer'), newId('whe')).catch(() => undefined);
    return reply !== undefined;
  }
}
