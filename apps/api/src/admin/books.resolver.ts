import { Args, ID, Int, Query, Resolver } from '@nestjs/graphql';
import { parseId, type CurrencyCode } from '#domain';
import { ForAdmins } from '../auth/principal.guard.ts';
import { CurrencyCodeType } from '../graphql/types/currency-code.enum.ts';
import { BooksReader } from './books-reader.ts';
import { pageSizeDefault, pageSizeWithin } from './page-size.ts';
import { AccountType, TrialBalanceType } from './types/books.type.ts';

@ForAdmins()
@Resolver()
export class BooksResolver {
  constructor(private readonly books: BooksReader) {}

  @Query(() => [TrialBalanceType], {
    description: 'Whether the books are sound: debit equals credit in each currency.',
  })
  trialBalance(): Promise<TrialBalanceType[]> {
    return this.books.trialBalance();
  }

  @Query(() => [AccountType], { description: 'The accounts of the books with their balances.' })
  async accounts(
    @Args('first', { type: () => Int, defaultValue: pageSizeDefault, description: 'How many: 1 to 200.' })
    first: number,
    @Args('merchantId', { type: () => ID, nullable: true, description: 'Only the accounts of this merchant.' })
    merchant?: string | null,
    @Args('currency', { type: () => CurrencyCodeType, nullable: true, description: 'Only accounts in this currency.' })
    currency?: CurrencyCode | null,
  ): Promise<AccountType[]> {
    const merchantId = parseId('mer', merchant ?? '');
    // Nobody owns an account by an id that is none.
    if (merchant !== undefined && merchant !== null && merchantId === undefined) return [];
    return this.books.accounts({ merchantId, currency: currency ?? undefined, first: pageSizeWithin(first) });
  }
}
