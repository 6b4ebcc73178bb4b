import { Inject, Injectable } from '@nestjs/common';
import { idOf, type CurrencyCode } from '#domain';
import type { Sql } from '#persistence';
import { SQL } from '#runtime';
import { presentMoney } from '../graphql/types/money.type.ts';
import type { PaymentInReviewType } from './types/review.type.ts';

interface ReviewRow {
  id: string;
  merchant_id: string;
  reference: string;
  currency: CurrencyCode;
  amount: bigint;
  risk_score: number | null;
  risk_reasons: string[] | null;
  created_at: Date;
}

/** The payments that wait for a person. */
@Injectable()
export class ReviewReader {
  constructor(@Inject(SQL) private readonly sql: Sql) {}

  /** Those that wait longest come first; what has been decided and is only being carried out is left out. */
  async waiting(first: number): Promise<PaymentInReviewType[]> {
    const rows = await this.sql.query<ReviewRow>(
      `SELECT id, merchant_id, reference, currency, amount, risk_score, risk_reasons, created_at
       FROM payment WHERE state = 'in_review' AND NOT EXISTS (
         SELECT 1 FROM event WHERE aggregate_id = payment.id AND type = 'payment.review_decided')
       ORDER BY created_at LIMIT $1`,
      [first],
    );
    return rows.map((row) => ({
      id: idOf('pay', row.id),
      merchantId: idOf('mer', row.merchant_id),
      reference: row.reference,
      amount: presentMoney({ minor: row.amount, currency: row.currency }),
      riskScore: row.risk_score,
      riskReasons: row.risk_reasons ?? [],
      createdAt: row.created_at,
    }));
  }
}
