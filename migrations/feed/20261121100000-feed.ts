import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The schema of the merchant feed: what each merchant was told, numbered without a gap, and its deliveries to webhook
 * endpoints. The feed is also the service's event log: the relay reads it through the view `event`, so nothing is written
 * twice, and a feed is one aggregate whose versions are its sequence.
 *
 * Locks are always taken in the order merchant_sequence, endpoint, delivery.
 */
export class Feed20261121100000 implements MigrationInterface {
  name = 'Feed20261121100000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...backbone, ...feed, ...endpoints, ...deliveries, ...grants]) {
      await runner.query(statement);
    }
  }

  async down(): Promise<void> {
    throw new Error('The first migration is not undone: drop the schema instead.');
  }
}

const backbone = [
  `CREATE TABLE feed.inbox (
    consumer text NOT NULL,
    event_id uuid NOT NULL,
    handled_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT inbox_pkey PRIMARY KEY (consumer, event_id)
  )`,
  `CREATE TABLE feed.dead_letter (
    id uuid CONSTRAINT dead_letter_pkey PRIMARY KEY,
    consumer text NOT NULL,
    event_id uuid,
    subject text NOT NULL,
    payload text NOT NULL,
    error text NOT NULL,
    deliveries integer NOT NULL,
    parked_at timestamptz NOT NULL,
    replayed_at timestamptz
  )`,
  `CREATE INDEX dead_letter_by_time ON feed.dead_letter (parked_at DESC)`,

  `CREATE TABLE feed.relay_cursor (
    lane integer CONSTRAINT relay_cursor_pkey PRIMARY KEY,
    owner text,
    lease_until timestamptz NOT NULL DEFAULT '-infinity',
    epoch bigint NOT NULL DEFAULT 0,
    version bigint NOT NULL DEFAULT 0,
    published pg_snapshot NOT NULL DEFAULT '3:3:',
    publishing pg_snapshot,
    after_seq bigint NOT NULL DEFAULT 0,
    stream_created timestamptz,
    stream_seq bigint NOT NULL DEFAULT 0
  )`,
  `COMMENT ON COLUMN feed.relay_cursor.published IS 'every event visible in this snapshot is on the stream'`,
  `COMMENT ON COLUMN feed.relay_cursor.publishing IS 'end of the window being worked on, up to after_seq'`,
];

const feed = [
  // Its row is also the lock of everything that is the merchant's in this schema.
  `CREATE TABLE feed.merchant_sequence (
    merchant_id uuid CONSTRAINT merchant_sequence_pkey PRIMARY KEY,
    last_sequence bigint NOT NULL CONSTRAINT merchant_sequence_not_negative CHECK (last_sequence >= 0)
  ) WITH (fillfactor = 50)`,

  `CREATE TABLE feed.seen_version (
    merchant_id uuid NOT NULL,
    source text NOT NULL,
    aggregate_id uuid NOT NULL,
    version integer NOT NULL CONSTRAINT seen_version_positive CHECK (version >= 1),
    CONSTRAINT seen_version_pkey PRIMARY KEY (merchant_id, source, aggregate_id)
  ) WITH (fillfactor = 80)`,
  `COMMENT ON TABLE feed.seen_version IS 'order guard: the last event that was taken of each aggregate of each service'`,

  `CREATE TABLE feed.merchant_event (
    seq bigint GENERATED ALWAYS AS IDENTITY (CACHE 1),
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    shard smallint NOT NULL CONSTRAINT merchant_event_shard_in_range CHECK (shard BETWEEN 0 AND 63),
    merchant_id uuid NOT NULL,
    sequence bigint NOT NULL CONSTRAINT merchant_event_sequence_positive CHECK (sequence >= 1),
    event_id uuid NOT NULL CONSTRAINT merchant_event_once UNIQUE,
    type text NOT NULL,
    payment_id uuid,
    occurred_at timestamptz NOT NULL,
    data jsonb NOT NULL,
    CONSTRAINT merchant_event_pkey PRIMARY KEY (merchant_id, sequence)
  )`,
  `CREATE INDEX merchant_event_by_payment ON feed.merchant_event (merchant_id, payment_id, sequence)`,
  // New events are found by transaction id; the pages of a long window, after an outage or a rewind, by position.
  `CREATE INDEX merchant_event_by_xid ON feed.merchant_event (xid)`,
  `CREATE INDEX merchant_event_by_seq ON feed.merchant_event (seq)`,

  // A sequence is longer than an integer, and becomes a number of JSON: exact up to 2^53.
  `CREATE VIEW feed.event AS
    SELECT seq, xid, shard, event_id, merchant_id, 'merchant_feed' AS aggregate_type, merchant_id AS aggregate_id,
      sequence::double precision AS aggregate_version, type, 1::smallint AS schema_version, data::text AS payload,
      NULL::text AS trace, occurred_at
    FROM feed.merchant_event`,
  `COMMENT ON VIEW feed.event IS 'the feed as an event log: the aggregate is the feed of a merchant, its version the sequence'`,
];

const endpoints = [
  `CREATE TABLE feed.endpoint (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    url text NOT NULL CONSTRAINT endpoint_url_length CHECK (length(url) BETWEEN 1 AND 2048),
    event_types text[] NOT NULL CONSTRAINT endpoint_asks_for_something CHECK (cardinality(event_types) >= 1),
    status text NOT NULL CONSTRAINT endpoint_status_known CHECK (status IN ('enabled', 'disabled', 'disabled_by_failures')),
    failing_since timestamptz,
    paused_until timestamptz,
    created_at timestamptz NOT NULL,
    deleted_at timestamptz,
    CONSTRAINT endpoint_pkey PRIMARY KEY (merchant_id, id),
    CONSTRAINT endpoint_deleted_is_not_enabled CHECK (deleted_at IS NULL OR status <> 'enabled')
  ) WITH (fillfactor = 80)`,
  // A table of its own, because no other role may read it, and because two are valid while one replaces the other.
  `CREATE TABLE feed.endpoint_secret (
    merchant_id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    secret text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT endpoint_secret_pkey PRIMARY KEY (merchant_id, endpoint_id, created_at),
    CONSTRAINT endpoint_secret_of_endpoint FOREIGN KEY (merchant_id, endpoint_id) REFERENCES feed.endpoint (merchant_id, id)
  )`,
];

const deliveries = [
  `CREATE TABLE feed.delivery (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    sequence bigint NOT NULL,
    event_id uuid NOT NULL,
    status text NOT NULL CONSTRAINT delivery_status_known CHECK (status IN ('pending', 'delivered', 'exhausted', 'cancelled')),
    attempts smallint NOT NULL DEFAULT 0,
    next_attempt_at timestamptz,
    epoch integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    CONSTRAINT delivery_pkey PRIMARY KEY (merchant_id, id),
    CONSTRAINT delivery_pending_has_time CHECK ((status = 'pending') = (next_attempt_at IS NOT NULL))
  ) WITH (fillfactor = 80)`,
  `COMMENT ON COLUMN feed.delivery.next_attempt_at IS 'while an attempt is under way, the end of its lease'`,
  `COMMENT ON COLUMN feed.delivery.epoch IS 'counts the claims; who claimed with an older one has lost the delivery'`,
  `CREATE INDEX delivery_waiting ON feed.delivery (merchant_id, endpoint_id, next_attempt_at)
    WHERE next_attempt_at IS NOT NULL`,
  `CREATE INDEX delivery_by_endpoint ON feed.delivery (merchant_id, endpoint_id, id)`,

  `CREATE TABLE feed.delivery_attempt (
    merchant_id uuid NOT NULL,
    delivery_id uuid NOT NULL,
    number smallint NOT NULL CONSTRAINT delivery_attempt_number_positive CHECK (number >= 1),
    at timestamptz NOT NULL,
    duration_ms integer NOT NULL,
    response_status smallint,
    error text,
    CONSTRAINT delivery_attempt_pkey PRIMARY KEY (merchant_id, delivery_id, number)
  )`,
];

const grants = [
  `GRANT USAGE ON SCHEMA feed TO quittance_webhooks, quittance_api`,
  `GRANT SELECT, INSERT, DELETE ON feed.inbox TO quittance_webhooks`,
  `GRANT SELECT, INSERT, UPDATE (replayed_at) ON feed.dead_letter TO quittance_webhooks`,
  `GRANT SELECT ON feed.event TO quittance_webhooks`,
  `GRANT SELECT, INSERT, UPDATE ON feed.relay_cursor TO quittance_webhooks`,
  `GRANT SELECT, INSERT, UPDATE (last_sequence) ON feed.merchant_sequence TO quittance_webhooks`,
  `GRANT SELECT, INSERT, UPDATE (version) ON feed.seen_version TO quittance_webhooks`,
  `GRANT SELECT, INSERT, UPDATE (status, failing_since, paused_until, deleted_at) ON feed.endpoint TO quittance_webhooks`,
  `GRANT SELECT, INSERT, UPDATE (status, attempts, next_attempt_at, epoch) ON feed.delivery TO quittance_webhooks`,
  // What a merchant was told, and what was tried, is never rewritten.
  `GRANT SELECT, INSERT ON feed.merchant_event, feed.delivery_attempt TO quittance_webhooks`,
  `GRANT SELECT, INSERT, DELETE ON feed.endpoint_secret TO quittance_webhooks`,
  `GRANT SELECT ON feed.merchant_event, feed.endpoint, feed.delivery, feed.delivery_attempt TO quittance_api`,
];
