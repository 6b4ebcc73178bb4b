import { Inject, Injectable } from '@nestjs/common';
import { uuidOf, type MerchantId, type PaymentId, type PaymentState } from '#domain';
import type { Sql } from '#persistence';
import { SQL } from '#runtime';
import { Conditions } from './conditions.ts';
import { pageOf, type Page, type PageRequest } from './page.ts';
import { paymentViewColumns, paymentViewOf, type PaymentView, type PaymentViewRow } from './payment-view.ts';

export interface PaymentConditions {
  readonly states?: readonly PaymentState[] | undefined;
  readonly reference?: string | undefined;
  /** Both exclusive. */
  readonly createdAfter?: Date | undefined;
  readonly createdBefore?: Date | undefined;
}

/** A payment gets its id and its time one after the other; between them lie microseconds, never a second. */
const idDriftMs = 1_000;

/** The smallest UUID that carries this time: a bound by which the index of the ids finds a period. */
function firstUuidAt(unixMs: number): string {
  const time = Math.min(Math.max(0, unixMs), 2 ** 48 - 1)
    .toString(16)
    .padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`;
}

/** Payments as merchants see them; each method is one statement, and finds nothing of another merchant. */
@Injectable()
export class PaymentReader {
  constructor(@Inject(SQL) private readonly sql: Sql) {}

  async find(merchantId: MerchantId, id: PaymentId): Promise<PaymentView | undefined> {
    const [row] = await this.sql.query<PaymentViewRow>(
      `SELECT ${paymentViewColumns} FROM payment WHERE merchant_id = $1 AND id = $2`,
      [uuidOf(merchantId), uuidOf(id)],
    );
    return row && paymentViewOf(row);
  }

  /** The newest first: ids carry the time at which a payment was accepted. */
  async list(
    merchantId: MerchantId,
    filter: PaymentConditions,
    request: PageRequest<PaymentId>,
  ): Promise<Page<PaymentView>> {
    const conditions = new Conditions()
      .add('merchant_id = ?', uuidOf(merchantId))
      .addIf('id < ?', request.after && uuidOf(request.after))
      .addIf('id > ?', request.before && uuidOf(request.before))
      .addIf('state = ANY(?)', filter.states)
      .addIf('reference = ?', filter.reference)
      .addIf('created_at > ?', filter.createdAfter)
      .addIf('id > ?', filter.createdAfter && firstUuidAt(filter.createdAfter.getTime() - idDriftMs))
      .addIf('created_at < ?', filter.createdBefore)
      .addIf('id < ?', filter.createdBefore && firstUuidAt(filter.createdBefore.getTime() + idDriftMs));
    const limit = conditions.placeholderOf(request.size + 1);
    const rows = await this.sql.query<PaymentViewRow>(
      `SELECT ${paymentViewColumns} FROM payment WHERE ${conditions.text}
       ORDER BY id ${request.from === 'start' ? 'DESC' : 'ASC'} LIMIT ${limit}`,
      conditions.values,
    );
    return pageOf(rows.map(paymentViewOf), request);
  }
}
