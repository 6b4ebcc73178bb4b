import { Injectable } from '@nestjs/common';
import type { AdmittedRequest } from '../auth/principal.ts';
import type { MerchantId } from '#domain';
import { DisputeReader } from '../readers/dispute-reader.ts';
import { HistoryReader } from '../readers/history-reader.ts';
import { OperationReader } from '../readers/operation-reader.ts';
import { RequestLoaders, type LoaderReaders } from '../readers/request-loaders.ts';
import { WebhookReader } from '../readers/webhook-reader.ts';

/** What the resolvers of one operation share. */
export interface MerchantContext {
  readonly req: AdmittedRequest;
  readonly loaders: RequestLoaders;
  /** Set by the money mutation of the operation, told in the answer's extensions. */
  idempotency?: { readonly replayed: boolean };
}

/** Makes a context for each operation, over HTTP or a socket. */
@Injectable()
export class MerchantContexts {
  private readonly readers: LoaderReaders;

  constructor(operations: OperationReader, disputes: DisputeReader, history: HistoryReader, webhooks: WebhookReader) {
    this.readers = { operations, disputes, history, webhooks };
  }

  /** For a request that a gate has let in. */
  of(req: AdmittedRequest, merchantId: MerchantId): MerchantContext {
    return { req, loaders: new RequestLoaders(this.readers, merchantId) };
  }
}
