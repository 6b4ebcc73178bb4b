import { Inject, Injectable } from '@nestjs/common';
import { decimalOf, idOf, uuidOf, type AccountName, type CurrencyCode, type MerchantId } from '#domain';
import type { Sql } from '#persistence';
import { SQL } from '#runtime';
import type { AccountType, TrialBalanceType } from './types/books.type.ts';

/** Sums over years may pass what a bigint column holds, so they arrive as the text of a whole numeric. */
interface AccountRow {
  account: AccountName;
  owner: string | null;
  currency: CurrencyCode;
  debit: string;
  credit: string;
  balance: string;
}

type TrialBalanceRow = Pick<AccountRow, 'currency' | 'debit' | 'credit'>;

export interface AccountFilter {
  readonly merchantId: MerchantId | undefined;
  readonly currency: CurrencyCode | undefined;
  readonly first: number;
}

/** The books as the settlement service publishes them: views that are exact at the moment of the question. */
@Injectable()
export class BooksReader {
  constructor(@Inject(SQL) private readonly sql: Sql) {}

  async trialBalance(): Promise<TrialBalanceType[]> {
    const rows = await this.sql.query<TrialBalanceRow>(
      'SELECT currency, debit::text AS debit, credit::text AS credit FROM books.trial_balance ORDER BY currency',
    );
    return rows.map((row) => {
      const [debit, credit] = [BigInt(row.debit), BigInt(row.credit)];
      const { currency } = row;
      return {
        currency,
        debit,
        credit,
        debitDecimal: decimalOf({ minor: debit, currency }),
        creditDecimal: decimalOf({ minor: credit, currency }),
      };
    });
  }

  async accounts({ merchantId, currency, first }: AccountFilter): Promise<AccountType[]> {
    const rows = await this.sql.query<AccountRow>(
      `SELECT account, owner, currency, debit::text AS debit, credit::text AS credit, balance::text AS balance
       FROM books.account_balance
       WHERE ($1::text IS NULL OR owner = $1) AND ($2::text IS NULL OR currency = $2)
       ORDER BY currency, account, owner LIMIT $3`,
      [merchantId === undefined ? null : uuidOf(merchantId), currency ?? null, first],
    );
    return rows.map(accountOf);
  }
}

function accountOf(row: AccountRow): AccountType {
  const balance = BigInt(row.balance);
  return {
    name: row.account,
    merchantId: row.owner !== null && row.account.startsWith('merchant_') ? idOf('mer', row.owner) : null,
    acquirer: row.account.startsWith('acquirer_') ? row.owner : null,
    currency: row.currency,
    debit: BigInt(row.debit),
    credit: BigInt(row.credit),
    balance,
    balanceDecimal: decimalOf({ minor: balance, currency: row.currency }),
  };
}
