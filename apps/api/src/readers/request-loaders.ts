import DataLoader from 'dataloader';
import type { MerchantId, Payment, PaymentId, WebhookDeliveryId } from '#domain';
import type { DisputeReader, DisputeView } from './dispute-reader.ts';
import type { HistoryReader, PastEvent } from './history-reader.ts';
import type { AttemptView, CaptureView, IncreaseView, OperationReader, RefundView } from './operation-reader.ts';
import type { DeliveryAttemptRecord, WebhookReader } from './webhook-reader.ts';

/** What the loaders read with. */
export interface LoaderReaders {
  readonly operations: OperationReader;
  readonly disputes: DisputeReader;
  readonly history: HistoryReader;
  readonly webhooks: WebhookReader;
}

/**
 * The rows that belong to payments and deliveries, read for all of a request's at once: a page of a hundred payments with
 * their captures is two statements. Of one request and one merchant; a loader comes to be when it is asked first.
 */
export class RequestLoaders {
  private readonly readers: LoaderReaders;
  private readonly merchantId: MerchantId;
  private readonly loaders = new Map<string, unknown>();

  constructor(readers: LoaderReaders, merchantId: MerchantId) {
    this.readers = readers;
    this.merchantId = merchantId;
  }

  captures(paymentId: PaymentId): Promise<CaptureView[]> {
    return this.loader<PaymentId, CaptureView, PaymentId>(
      'captures',
      (ids) => this.readers.operations.captures(this.merchantId, ids),
      (capture) => capture.paymentId,
      (id) => id,
    ).load(paymentId);
  }

  increases(paymentId: PaymentId): Promise<IncreaseView[]> {
    return this.loader<PaymentId, IncreaseView, PaymentId>(
      'increases',
      (ids) => this.readers.operations.increases(this.merchantId, ids),
      (increase) => increase.paymentId,
      (id) => id,
    ).load(paymentId);
  }

  refunds(paymentId: PaymentId): Promise<RefundView[]> {
    return this.loader<PaymentId, RefundView, PaymentId>(
      'refunds',
      (ids) => this.readers.operations.refunds(this.merchantId, ids),
      (refund) => refund.paymentId,
      (id) => id,
    ).load(paymentId);
  }

  disputes(paymentId: PaymentId): Promise<DisputeView[]> {
    return this.loader<PaymentId, DisputeView, PaymentId>(
      'disputes',
      (ids) => this.readers.disputes.disputes(this.merchantId, ids),
      (dispute) => dispute.paymentId,
      (id) => id,
    ).load(paymentId);
  }

  attempts(paymentId: PaymentId): Promise<AttemptView[]> {
    return this.loader<PaymentId, AttemptView, PaymentId>(
      'attempts',
      (ids) => this.readers.operations.attempts(this.merchantId, ids),
      (attempt) => attempt.paymentId,
      (id) => id,
    ).load(paymentId);
  }

  history(payment: Payment): Promise<PastEvent[]> {
    return this.loader<Payment, PastEvent, PaymentId>(
      'history',
      (payments) => this.readers.history.of(this.merchantId, payments),
      (event) => event.paymentId,
      (asked) => asked.id,
    ).load(payment);
  }

  deliveryAttempts(deliveryId: WebhookDeliveryId): Promise<DeliveryAttemptRecord[]> {
    return this.loader<WebhookDeliveryId, DeliveryAttemptRecord, WebhookDeliveryId>(
      'deliveryAttempts',
      (ids) => this.readers.webhooks.attempts(this.merchantId, ids),
      (attempt) => attempt.deliveryId,
      (id) => id,
    ).load(deliveryId);
  }

  /** `ownerOf` tells whose a row is, `idOf` who asks. */
  private loader<Asked, Row, Id>(
    name: string,
    read: (asked: readonly Asked[]) => Promise<Row[]>,
    ownerOf: (row: Row) => Id,
    idOf: (asked: Asked) => Id,
  ): DataLoader<Asked, Row[], Id> {
    const known = this.loaders.get(name) as DataLoader<Asked, Row[], Id> | undefined;
    if (known !== undefined) return known;
    const readAll = async (asked: readonly Asked[]): Promise<Row[][]> => {
      const rows = Map.groupBy(await read(asked), ownerOf);
      return asked.map((one) => rows.get(idOf(one)) ?? []);
    };
    const loader = new DataLoader<Asked, Row[], Id>(readAll, { cacheKeyFn: idOf });
    this.loaders.set(name, loader);
    return loader;
  }
}
