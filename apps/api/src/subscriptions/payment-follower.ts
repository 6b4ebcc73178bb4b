import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { hints } from '#contracts';
import { uuidOf, type MerchantId, type PaymentId } from '#domain';
import { Broker } from '#messaging';
import type { Sql } from '#persistence';
import { SQL } from '#runtime';
import { PaymentReader } from '../readers/payment-reader.ts';
import type { PaymentView } from '../readers/payment-view.ts';
import { Bells } from './bells.ts';
import { LiveSequence } from './live-sequence.ts';

/** Behind lost hints: the longest that a change goes unnoticed. */
const pollMs = 2_000;

/** Payments as they change. */
@Injectable()
export class PaymentFollower implements OnApplicationBootstrap {
  private readonly bells = new Bells();

  constructor(
    @Inject(SQL) private readonly sql: Sql,
    private readonly payments: PaymentReader,
    private readonly broker: Broker,
  ) {}

  onApplicationBootstrap(): void {
    void this.broker.onHint(hints.paymentChanged, (paymentId) => this.bells.ring(paymentId));
  }

  /**
   * The payment as it stands, and again after each change. Changes in quick succession may be shown as one; the last one
   * is never missed. Undefined when the merchant has no such payment.
   */
  async follow(merchantId: MerchantId, id: PaymentId): Promise<LiveSequence<PaymentView> | undefined> {
    if ((await this.versionOf(merchantId, id)) === undefined) return undefined;
    const bell = this.bells.hang(id);
    let shown: string | undefined;
    return new LiveSequence<PaymentView>({
      bell,
      pollMs,
      ended: () => this.bells.takeDown(id, bell),
      readOn: async () => {
        // The version is read first: a change between the two is shown now, and once more.
        const version = await this.versionOf(merchantId, id);
        if (version === shown) return [];
        const payment = await this.payments.find(merchantId, id);
        shown = version;
        return payment === undefined ? [] : [payment];
      },
    });
  }

  /** The transaction that wrote the row last: it is another one after every change, whatever column it was. */
  private async versionOf(merchantId: MerchantId, id: PaymentId): Promise<string | undefined> {
    const [row] = await this.sql.query<{ version: string }>(
      'SELECT xmin::text AS version FROM payment WHERE merchant_id = $1 AND id = $2',
      [uuidOf(merchantId), uuidOf(id)],
    );
    return row?.version;
  }
}
