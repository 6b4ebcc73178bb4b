import { Inject, Injectable } from '@nestjs/common';
import { idOf, uuidOf, type ApiKeyId, type MerchantId } from '#domain';
import type { Sql } from '#persistence';
import { SQL } from '#runtime';
import { ShortMemory } from './short-memory.ts';

/** A merchant's key as it is kept: what finds it and what checks it, never the key itself. */
export interface StoredApiKey {
  readonly id: ApiKeyId;
  readonly merchantId: MerchantId;
  /** `sk_test_` and six characters: public, and enough to say which key is meant. */
  readonly handle: string;
  readonly hash: Uint8Array;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
}

interface ApiKeyRow {
  id: string;
  merchant_id: string;
  lookup: string;
  hash: Buffer;
  created_at: Date;
  expires_at: Date | null;
  revoked_at: Date | null;
}

/**
 * A revoked key is refused everywhere within a second, the look-up itself and a busy machine included. Two look-ups a
 * second for a key in use are nothing.
 */
const keyLifetimeMs = 500;

/** A key in use costs less than a kilobyte; guesses push out the oldest entries, never more memory. */
const keysRememberedMax = 10_000;

const columns = 'id, merchant_id, lookup, hash, created_at, expires_at, revoked_at';

/** The keys of merchants. */
@Injectable()
export class ApiKeyStore {
  private readonly recent = new ShortMemory<StoredApiKey | undefined>(keyLifetimeMs, keysRememberedMax);

  constructor(@Inject(SQL) private readonly sql: Sql) {}

  /** The key with this handle as it was at most a second ago, for every request that names it. */
  find(handle: string): Promise<StoredApiKey | undefined> {
    return this.recent.recall(handle, async () => {
      const [row] = await this.sql.query<ApiKeyRow>(`SELECT ${columns} FROM api_key WHERE lookup = $1`, [handle]);
      return row && apiKeyOf(row);
    });
  }

  /** The newest first, revoked and expired ones included. */
  async of(merchantId: MerchantId): Promise<StoredApiKey[]> {
    const rows = await this.sql.query<ApiKeyRow>(
      `SELECT ${columns} FROM api_key WHERE merchant_id = $1 ORDER BY id DESC`,
      [uuidOf(merchantId)],
    );
    return rows.map(apiKeyOf);
  }

  async create(key: StoredApiKey): Promise<void> {
    await this.sql.query(
      `INSERT INTO api_key (id, merchant_id, lookup, hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`,
      [uuidOf(key.id), uuidOf(key.merchantId), key.handle, key.hash, key.createdAt, key.expiresAt],
    );
    this.recent.forget(key.handle);
  }

  /** A key that is revoked already keeps the time at which it was. Undefined when there is no such key. */
  async revoke(id: ApiKeyId, at: Date): Promise<StoredApiKey | undefined> {
    const [row] = await this.sql.query<ApiKeyRow>(
      `UPDATE api_key SET revoked_at = coalesce(revoked_at, $2) WHERE id = $1 RETURNING ${columns}`,
      [uuidOf(id), at],
    );
    if (row === undefined) return undefined;
    const key = apiKeyOf(row);
    this.recent.forget(key.handle);
    return key;
  }
}

function apiKeyOf(row: ApiKeyRow): StoredApiKey {
  return {
    id: idOf('key', row.id),
    merchantId: idOf('mer', row.merchant_id),
    handle: row.lookup,
    hash: row.hash,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
  };
}
