/**
 * The tables of the event backbone that every publishing or consuming service keeps in its own schema, as of version 1.
 * Frozen like the migrations that call it: a change is a new file `event-backbone.v2.ts`, never an edit here.
 *
 * `event` is the log and the outbox in one: append-only, so it leaves no dead tuples, and readable by snapshot window
 * because each row carries the transaction id that wrote it.
 */
export function eventBackboneV1(schema: string, roles: readonly string[]): string[] {
  const grantees = roles.join(', ');
  return [
    `CREATE TABLE ${schema}.event (
      seq bigint GENERATED ALWAYS AS IDENTITY (CACHE 1),
      xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
      shard smallint NOT NULL CONSTRAINT event_shard_in_range CHECK (shard BETWEEN 0 AND 63),
      event_id uuid NOT NULL,
      merchant_id uuid NOT NULL,
      aggregate_type text NOT NULL,
      aggregate_id uuid NOT NULL,
      aggregate_version integer NOT NULL CONSTRAINT event_version_positive CHECK (aggregate_version >= 1),
      type text NOT NULL,
      schema_version smallint NOT NULL,
      payload text NOT NULL,
      trace text,
      occurred_at timestamptz NOT NULL
    ) PARTITION BY RANGE (occurred_at)`,
    // New events are found by transaction id; the pages of a long window, after an outage or a rewind, by position.
    `CREATE INDEX event_by_xid ON ${schema}.event (xid)`,
    `CREATE INDEX event_by_seq ON ${schema}.event (seq)`,
    `CREATE INDEX event_by_aggregate ON ${schema}.event (aggregate_id, aggregate_version)`,
    // Events of a clock that is far off must not be refused: nothing may stop the money path.
    `CREATE TABLE ${schema}.event_out_of_range PARTITION OF ${schema}.event DEFAULT`,

    `CREATE TABLE ${schema}.relay_cursor (
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
    `COMMENT ON COLUMN ${schema}.relay_cursor.published IS 'every event visible in this snapshot is on the stream'`,
    `COMMENT ON COLUMN ${schema}.relay_cursor.publishing IS 'end of the window being worked on, up to after_seq'`,

    `CREATE TABLE ${schema}.inbox (
      consumer text NOT NULL,
      event_id uuid NOT NULL,
      handled_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT inbox_pkey PRIMARY KEY (consumer, event_id)
    )`,

    `CREATE TABLE ${schema}.dead_letter (
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
    `CREATE INDEX dead_letter_by_time ON ${schema}.dead_letter (parked_at DESC)`,

    // The role may not create or drop tables, so the upkeep of partitions is a function that runs as the owner. A partition
    // holds a week: the relay looks into every one at each turn, and ninety daily ones cost it seven milliseconds.
    // Creating and dropping them locks the log, so it waits for its turn only for a second: it is called again anyway.
    `CREATE FUNCTION ${schema}.keep_event_partitions(days_ahead integer, days_kept integer) RETURNS void
      LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET lock_timeout = '1s' AS $body$
      DECLARE
        monday date;
        old record;
        unpublished boolean;
      BEGIN
        -- Several processes may keep house at once; the first does the work, the others wait for nothing.
        IF NOT pg_try_advisory_xact_lock(hashtext('${schema}.keep_event_partitions')) THEN RETURN; END IF;
        FOR monday IN SELECT generate_series(date_trunc('week', current_date - 1), current_date + days_ahead, '1 week') LOOP
          IF to_regclass(format('${schema}.event_%s', to_char(monday, 'YYYYMMDD'))) IS NULL THEN
            BEGIN
              EXECUTE format('CREATE TABLE ${schema}.event_%s PARTITION OF ${schema}.event FOR VALUES FROM (%L) TO (%L)',
                to_char(monday, 'YYYYMMDD'), monday::timestamp AT TIME ZONE 'UTC', (monday + 7)::timestamp AT TIME ZONE 'UTC');
            EXCEPTION WHEN check_violation THEN
              -- Events of this week have gone to the default partition, because nobody kept house in time; so do the rest.
              RAISE WARNING '% has no partition of its own for the week of %', '${schema}.event', monday;
            END;
          END IF;
        END LOOP;
        FOR old IN
          SELECT relname FROM pg_catalog.pg_inherits JOIN pg_catalog.pg_class ON pg_class.oid = inhrelid
          WHERE inhparent = '${schema}.event'::regclass AND relname ~ '^event_[0-9]{8}$'
            AND to_date(right(relname, 8), 'YYYYMMDD') + 7 <= current_date - days_kept
        LOOP
          EXECUTE format('SELECT EXISTS (SELECT FROM ${schema}.%I e
            WHERE NOT EXISTS (SELECT FROM ${schema}.relay_cursor)
              OR EXISTS (SELECT FROM ${schema}.relay_cursor c WHERE NOT pg_visible_in_snapshot(e.xid, c.published)))',
            old.relname) INTO unpublished;
          IF NOT unpublished THEN EXECUTE format('DROP TABLE ${schema}.%I', old.relname); END IF;
        END LOOP;
      END $body$`,
    `REVOKE ALL ON FUNCTION ${schema}.keep_event_partitions(integer, integer) FROM PUBLIC`,
    `GRANT EXECUTE ON FUNCTION ${schema}.keep_event_partitions(integer, integer) TO ${grantees}`,
    `SELECT ${schema}.keep_event_partitions(14, 36500)`,

    `GRANT USAGE ON SCHEMA ${schema} TO ${grantees}`,
    `GRANT SELECT, INSERT ON ${schema}.event TO ${grantees}`,
    `GRANT SELECT, INSERT, UPDATE ON ${schema}.relay_cursor TO ${grantees}`,
    // A message stays as it was parked.
    `GRANT SELECT, INSERT, UPDATE (replayed_at) ON ${schema}.dead_letter TO ${grantees}`,
    `GRANT SELECT, INSERT, DELETE ON ${schema}.inbox TO ${grantees}`,
  ];
}
