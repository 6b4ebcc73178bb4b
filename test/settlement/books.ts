import { uuidOf, type MerchantId } from '#domain';
import type { Stage } from '../support/stage.ts';

/** An account as a person writes it: `merchant_pending 941 EUR`, credit balances of what we owe, debit ones of what we own. */
export type BalanceLine = `${string} ${string} ${string}`;

/** The accounts of the merchant, in alphabetical order; accounts that are even are left out. */
export async function balancesOf(stage: Stage, merchantId: MerchantId): Promise<BalanceLine[]> {
  return balances(stage, uuidOf(merchantId));
}

export async function balances(stage: Stage, owner: string | null): Promise<BalanceLine[]> {
  const rows = await stage.query<{ account: string; balance: string; currency: string }>(
    `SELECT account, balance, currency FROM books.account_balance
     WHERE owner IS NOT DISTINCT FROM $1 AND balance <> 0 ORDER BY account, currency`,
    [owner],
  );
  return rows.map(({ account, balance, currency }): BalanceLine => `${account} ${balance} ${currency}`);
}

/** Everything in the books but the times and transactions of writing: what must be equal however it got there. */
export async function wholeBooks(stage: Stage): Promise<string[]> {
  const rows = await stage.query<{ line: string }>(
    `SELECT concat_ws(' ', journal.event_id, kind, line, account, merchant_id, acquirer, direction, amount, currency) AS line
     FROM books.journal JOIN books.entry USING (event_id) ORDER BY 1`,
  );
  return rows.map(({ line }) => line);
}

export async function journalCount(stage: Stage): Promise<number> {
  const [row] = await stage.query<{ journals: bigint }>('SELECT count(*) AS journals FROM books.journal');
  return Number(row?.journals ?? 0n);
}
