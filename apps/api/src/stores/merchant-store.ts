import { Inject, Injectable } from '@nestjs/common';
import { idOf, uuidOf, type CurrencyCode, type MerchantId, type Terms } from '#domain';
import type { Sql } from '#persistence';
import { SQL } from '#runtime';
import { ShortMemory } from './short-memory.ts';

/** A merchant and the terms in each currency that it may take. A currency that is missing is not enabled. */
export interface Merchant {
  readonly id: MerchantId;
  readonly name: string;
  readonly feeBasisPoints: number;
  /** How long a payment may wait in line when no acquirer can be used. */
  readonly patienceMs: number;
  readonly currencies: ReadonlyMap<CurrencyCode, Terms>;
  readonly createdAt: Date;
}

interface MerchantRow {
  id: string;
  name: string;
  fee_basis_points: number;
  patience_ms: number;
  /** 0 where the merchant has configured nothing. */
  routing_version: number;
  created_at: Date;
  /** One entry per currency, in the order of the codes; bigint as text, because JSON numbers end at 2^53. */
  currencies: { code: CurrencyCode; feeFixed: string; riskLimit: string; riskFloor: string }[];
}

/** New terms hold for payments created this much later; a payment keeps the terms that it was born with anyway. */
const termsLifetimeMs = 900;

/** Some kilobytes each: the memory stays below 10 MB. */
const merchantsRememberedMax = 10_000;

const selectMerchants = `
  SELECT id, name, fee_basis_points, patience_ms, created_at,
    coalesce((SELECT json_agg(json_build_object('code', currency, 'feeFixed', fee_fixed::text,
        'riskLimit', risk_limit::text, 'riskFloor', risk_floor::text) ORDER BY currency)
      FROM merchant_currency WHERE merchant_id = merchant.id), '[]') AS currencies,
    coalesce((SELECT max(version) FROM routing_configuration WHERE merchant_id = merchant.id), 0) AS routing_version
  FROM merchant`;

/** Merchants and what was agreed with them. */
@Injectable()
export class MerchantStore {
  private readonly recent = new ShortMemory<Merchant | undefined>(termsLifetimeMs, merchantsRememberedMax);

  constructor(@Inject(SQL) private readonly sql: Sql) {}

  /** The merchant as it was at most a second ago: every payment asks for it, and it hardly ever changes. */
  find(id: MerchantId): Promise<Merchant | undefined> {
    return this.recent.recall(id, () => this.read(id));
  }

  /** The merchant as it is now. */
  async read(id: MerchantId): Promise<Merchant | undefined> {
    const [row] = await this.sql.query<MerchantRow>(`${selectMerchants} WHERE id = $1`, [uuidOf(id)]);
    return row && merchantOf(row);
  }

  /** The oldest first, beginning behind `after`. */
  async list(first: number, after: MerchantId | undefined): Promise<Merchant[]> {
    const rows = await this.sql.query<MerchantRow>(
      `${selectMerchants} WHERE $2::uuid IS NULL OR id > $2::uuid ORDER BY id LIMIT $1`,
      [first, after === undefined ? null : uuidOf(after)],
    );
    return rows.map(merchantOf);
  }

  async create(merchant: Merchant): Promise<void> {
    const currencies = [...merchant.currencies];
    await this.sql.query(
      `WITH merchant AS (
         INSERT INTO merchant (id, name, fee_basis_points, created_at, patience_ms) VALUES ($1, $2, $3, $4, $9) RETURNING id)
       INSERT INTO merchant_currency (merchant_id, currency, fee_fixed, risk_limit, risk_floor)
       SELECT merchant.id, terms.* FROM merchant, unnest($5::text[], $6::bigint[], $7::bigint[], $8::bigint[]) AS terms`,
      [
        uuidOf(merchant.id),
        merchant.name,
        merchant.feeBasisPoints,
        merchant.createdAt,
        currencies.map(([code]) => code),
        currencies.map(([, terms]) => terms.feeFixed),
        currencies.map(([, terms]) => terms.riskLimit),
        currencies.map(([, terms]) => terms.riskFloor),
        merchant.patienceMs,
      ],
    );
    this.recent.forget(merchant.id);
  }
}

function merchantOf(row: MerchantRow): Merchant {
  const { fee_basis_points: feeBasisPoints, patience_ms: patienceMs, routing_version: routingVersion } = row;
  return {
    id: idOf('mer', row.id),
    name: row.name,
    feeBasisPoints,
    patienceMs,
    currencies: new Map(
      row.currencies.map(({ code, feeFixed, riskLimit, riskFloor }): [CurrencyCode, Terms] => [
        code,
        {
          feeBasisPoints,
          feeFixed: BigInt(feeFixed),
          riskLimit: BigInt(riskLimit),
          riskFloor: BigInt(riskFloor),
          routingVersion,
          patienceMs,
        },
      ]),
    ),
    createdAt: row.created_at,
  };
}
