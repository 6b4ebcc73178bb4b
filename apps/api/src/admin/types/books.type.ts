import { Field, ID, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { AccountName, CurrencyCode } from '#domain';
import { MinorUnitsScalar } from '../../graphql/scalars/minor-units.scalar.ts';
import { CurrencyCodeType } from '../../graphql/types/currency-code.enum.ts';

const AccountNameType = {
  MERCHANT_PENDING: 'merchant_pending',
  MERCHANT_AVAILABLE: 'merchant_available',
  MERCHANT_RESERVE: 'merchant_reserve',
  ACQUIRER_RECEIVABLE: 'acquirer_receivable',
  PLATFORM_FEES: 'platform_fees',
  PLATFORM_CASH: 'platform_cash',
} as const satisfies Record<Uppercase<AccountName>, AccountName>;

registerEnumType(AccountNameType, {
  description: 'What an account holds.',
  name: 'AccountName',
  valuesMap: {
    MERCHANT_PENDING: { description: 'Captured for a merchant and not settled yet.' },
    MERCHANT_AVAILABLE: { description: 'Settled: the merchant’s to be paid out.' },
    MERCHANT_RESERVE: { description: 'Held back from a merchant.' },
    ACQUIRER_RECEIVABLE: { description: 'What an acquirer owes to the platform.' },
    PLATFORM_FEES: { description: 'What the platform earned.' },
    PLATFORM_CASH: { description: 'What the platform has at its bank.' },
  },
});

const decimal = 'The same as people write it; exact, however large.';

@ObjectType('TrialBalance', {
  description: 'All that was ever posted in one currency. The books are sound when debit equals credit.',
})
export class TrialBalanceType {
  @Field(() => CurrencyCodeType, { description: 'The currency; amounts are in its minor units.' })
  readonly currency!: CurrencyCode;

  @Field(() => MinorUnitsScalar, { description: 'The sum of all debits.' })
  readonly debit!: bigint;

  @Field(() => MinorUnitsScalar, { description: 'The sum of all credits.' })
  readonly credit!: bigint;

  @Field(() => String, { description: decimal })
  readonly debitDecimal!: string;

  @Field(() => String, { description: decimal })
  readonly creditDecimal!: string;
}

@ObjectType('Account', { description: 'An account of the books, exact at the moment of the question.' })
export class AccountType {
  @Field(() => AccountNameType, { description: 'What it holds.' })
  readonly name!: AccountName;

  @Field(() => ID, { nullable: true, description: 'The merchant whose account it is.' })
  readonly merchantId!: string | null;

  @Field(() => String, { nullable: true, description: 'The acquirer whose account it is.' })
  readonly acquirer!: string | null;

  @Field(() => CurrencyCodeType, { description: 'The currency; amounts are in its minor units.' })
  readonly currency!: CurrencyCode;

  @Field(() => MinorUnitsScalar, { description: 'The sum of its debits.' })
  readonly debit!: bigint;

  @Field(() => MinorUnitsScalar, { description: 'The sum of its credits.' })
  readonly credit!: bigint;

  @Field(() => MinorUnitsScalar, {
    description: 'Debit less credit for what is owned, credit less debit for what is owed.',
  })
  readonly balance!: bigint;

  @Field(() => String, { description: decimal })
  readonly balanceDecimal!: string;
}
