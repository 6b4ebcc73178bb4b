import { Args, ID, Int, Query, Resolver } from '@nestjs/graphql';
import { parseId, statesOf } from '#domain';
import { Merchant } from '../../auth/merchant.decorator.ts';
import type { MerchantPrincipal } from '../../auth/principal.ts';
import { paymentCursor } from '../../readers/cursor.ts';
import { PaymentReader, type PaymentConditions } from '../../readers/payment-reader.ts';
import { PaymentFilter } from '../inputs/payment-filter.input.ts';
import { pageCost } from '../limits/operation-cost.ts';
import { pageRequestOf, presentPage } from '../presenters/page.presenter.ts';
import { presentPayment } from '../presenters/payment.presenter.ts';
import type { Connection } from '../types/connection.ts';
import { PaymentConnectionType, PaymentType } from '../types/payment.type.ts';

const paymentsPageSize = 20;

@Resolver()
export class PaymentQueriesResolver {
  constructor(private readonly reader: PaymentReader) {}

  @Query(() => PaymentType, {
    nullable: true,
    description: 'One payment by its id; null when the merchant has none such.',
  })
  async payment(
    @Args('id', { type: () => ID, description: 'Its id, `pay_…`.' }) id: string,
    @Merchant() { merchantId }: MerchantPrincipal,
  ): Promise<PaymentType | null> {
    const paymentId = parseId('pay', id);
    const view = paymentId === undefined ? undefined : await this.reader.find(merchantId, paymentId);
    return view === undefined ? null : presentPayment(view);
  }

  @Query(() => PaymentConnectionType, {
    complexity: pageCost(paymentsPageSize),
    description: 'The merchant’s payments, the newest first.',
  })
  async payments(
    @Args('first', { type: () => Int, nullable: true, description: 'The newest so many, at most 100; 20 when absent.' })
    first: number | null | undefined,
    @Args('after', { type: () => String, nullable: true, description: 'Those behind this cursor, which are older.' })
    after: string | null | undefined,
    @Args('last', { type: () => Int, nullable: true, description: 'The oldest so many, at most 100.' })
    last: number | null | undefined,
    @Args('before', { type: () => String, nullable: true, description: 'Those before this cursor, which are newer.' })
    before: string | null | undefined,
    @Args('filter', { type: () => PaymentFilter, nullable: true, description: 'Which ones.' })
    filter: PaymentFilter | null | undefined,
    @Merchant() { merchantId }: MerchantPrincipal,
  ): Promise<Connection<PaymentType>> {
    const request = pageRequestOf({ first, after, last, before }, paymentCursor, paymentsPageSize);
    const page = await this.reader.list(merchantId, conditionsOf(filter), request);
    return presentPage(page, presentPayment, (view) => view.payment.id, paymentCursor);
  }
}

function conditionsOf(filter: PaymentFilter | null | undefined): PaymentConditions {
  return {
    states: filter?.status?.flatMap(statesOf),
    reference: filter?.reference ?? undefined,
    createdAfter: filter?.createdAfter ?? undefined,
    createdBefore: filter?.createdBefore ?? undefined,
  };
}
