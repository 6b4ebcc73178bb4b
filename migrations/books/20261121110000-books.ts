import type { MigrationInterface, QueryRunner } from 'typeorm';
import { eventBackboneV1 } from '../event-backbone.v1.ts';

/**
 * The schema of the books: journals with their entries, which are only ever added to; the items that wait to be settled
 * and the batches that settled them; balances folded from the entries; and the event backbone.
 *
 * No row here is shared by the journals of different payments, so postings never wait for each other.
 */
export class Books20261121110000 implements MigrationInterface {
  name = 'Books20261121110000';

  async up(runner: QueryRunner): Promise<void> {
    const tables = [...journals, ...soundness, ...permanence, ...settlement, ...balances];
    for (const statement of [...tables, ...eventBackboneV1('books', ['quittance_settlement']), ...grants]) {
      await runner.query(statement);
    }
  }

  async down(): Promise<void> {
    throw new Error('The first migration is not undone: drop the schema instead.');
  }
}

const currency = 'currency char(3) NOT NULL';

const journals = [
  `CREATE TABLE books.journal (
    event_id uuid CONSTRAINT journal_pkey PRIMARY KEY,
    kind text NOT NULL
      CONSTRAINT journal_kind_known CHECK (kind IN ('payment_captured', 'payment_refunded', 'batch_closed')),
    occurred_at timestamptz NOT NULL,
    posted_at timestamptz NOT NULL DEFAULT now()
  )`,
  `COMMENT ON COLUMN books.journal.event_id IS 'the event that told what happened; a journal can be derived from it again'`,
  `CREATE TABLE books.entry (
    event_id uuid NOT NULL,
    line smallint NOT NULL CONSTRAINT entry_line_positive CHECK (line >= 1),
    account text NOT NULL CONSTRAINT entry_account_known CHECK (account IN ('merchant_pending', 'merchant_available',
      'merchant_reserve', 'acquirer_receivable', 'platform_fees', 'platform_cash')),
    merchant_id uuid,
    acquirer text,
    direction text NOT NULL CONSTRAINT entry_direction_known CHECK (direction IN ('debit', 'credit')),
    amount bigint NOT NULL CONSTRAINT entry_amount_positive CHECK (amount > 0),
    ${currency},
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    CONSTRAINT entry_pkey PRIMARY KEY (event_id, line),
    CONSTRAINT entry_owner_fits_account CHECK (starts_with(account, 'merchant_') = (merchant_id IS NOT NULL)
      AND starts_with(account, 'acquirer_') = (acquirer IS NOT NULL))
  )`,
  `COMMENT ON COLUMN books.entry.xid IS 'the transaction that wrote the entry, by which the folder finds what is new to it'`,
  `CREATE INDEX entry_by_xid ON books.entry (xid)`,
];

/** Checked per statement and not per row, and without foreign keys: three look-ups for a batch in place of three a row. */
const soundness = [
  `CREATE FUNCTION books.refuse_unsound_entries() RETURNS trigger LANGUAGE plpgsql AS $body$
    DECLARE
      unsound record;
    BEGIN
      SELECT event_id, currency, sum(CASE direction WHEN 'debit' THEN amount ELSE -amount END) AS difference
      INTO unsound FROM fresh GROUP BY event_id, currency
      HAVING sum(CASE direction WHEN 'debit' THEN amount ELSE -amount END) <> 0 LIMIT 1;
      IF FOUND THEN
        RAISE EXCEPTION 'the journal of event % is out by % %', unsound.event_id, unsound.difference, unsound.currency
          USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_balanced', SCHEMA = 'books', TABLE = 'entry';
      END IF;

      SELECT event_id INTO unsound FROM (SELECT event_id, count(*) AS lines FROM fresh GROUP BY event_id) AS posted
      WHERE lines <> (SELECT count(*) FROM books.entry WHERE entry.event_id = posted.event_id) LIMIT 1;
      IF FOUND THEN
        RAISE EXCEPTION 'the journal of event % has been written already and stays as it is', unsound.event_id
          USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_written_once', SCHEMA = 'books', TABLE = 'entry';
      END IF;

      SELECT event_id INTO unsound FROM fresh
      WHERE NOT EXISTS (SELECT 1 FROM books.journal WHERE journal.event_id = fresh.event_id) LIMIT 1;
      IF FOUND THEN
        RAISE EXCEPTION 'there is no journal of event % for its entries', unsound.event_id
          USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'entry_of_journal', SCHEMA = 'books', TABLE = 'entry';
      END IF;
      RETURN NULL;
    END $body$`,
  `CREATE TRIGGER refuse_unsound_entries AFTER INSERT ON books.entry REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION books.refuse_unsound_entries()`,

  `CREATE FUNCTION books.refuse_empty_journals() RETURNS trigger LANGUAGE plpgsql AS $body$
    DECLARE
      empty record;
    BEGIN
      SELECT event_id INTO empty FROM fresh
      WHERE NOT EXISTS (SELECT 1 FROM books.entry WHERE entry.event_id = fresh.event_id) LIMIT 1;
      IF FOUND THEN
        RAISE EXCEPTION 'the journal of event % has no entries; both are written by one statement', empty.event_id
          USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_not_empty', SCHEMA = 'books', TABLE = 'journal';
      END IF;
      RETURN NULL;
    END $body$`,
  `CREATE TRIGGER refuse_empty_journals AFTER INSERT ON books.journal REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION books.refuse_empty_journals()`,
];

/** The service's role has no right to change anything here. This holds for everybody else too, the owner included. */
const permanence = [
  `CREATE FUNCTION books.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN
      RAISE EXCEPTION '% of %.% is refused: the books are only ever added to', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'A mistake is set right by another journal.';
    END $body$`,
  ...['journal', 'entry'].flatMap((table) => [
    `CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON books.${table}
      FOR EACH STATEMENT EXECUTE FUNCTION books.refuse_change()`,
    // Also for sessions that replicate, which ordinary triggers let pass.
    `ALTER TABLE books.${table} ENABLE ALWAYS TRIGGER refuse_change`,
  ]),
];

const settlement = [
  `CREATE TABLE books.batch (
    id uuid CONSTRAINT batch_pkey PRIMARY KEY,
    merchant_id uuid NOT NULL,
    ${currency},
    gross bigint NOT NULL CONSTRAINT batch_gross_not_negative CHECK (gross >= 0),
    refunded bigint NOT NULL CONSTRAINT batch_refunded_not_negative CHECK (refunded >= 0),
    fee bigint NOT NULL CONSTRAINT batch_fee_within_gross CHECK (fee BETWEEN 0 AND gross),
    net bigint NOT NULL,
    payments integer NOT NULL CONSTRAINT batch_not_empty CHECK (payments >= 1),
    cutoff_at timestamptz NOT NULL,
    closed_at timestamptz NOT NULL,
    CONSTRAINT batch_net_is_the_rest CHECK (net = gross - fee - refunded)
  )`,
  `CREATE TABLE books.item (
    event_id uuid CONSTRAINT item_pkey PRIMARY KEY,
    merchant_id uuid NOT NULL,
    payment_id uuid NOT NULL,
    kind text NOT NULL CONSTRAINT item_kind_known CHECK (kind IN ('capture', 'refund')),
    amount bigint NOT NULL CONSTRAINT item_amount_positive CHECK (amount > 0),
    fee bigint NOT NULL CONSTRAINT item_fee_within_amount CHECK (fee BETWEEN 0 AND amount),
    ${currency},
    occurred_at timestamptz NOT NULL,
    batch_id uuid,
    CONSTRAINT item_refund_bears_no_fee CHECK (kind = 'capture' OR fee = 0)
  )`,
  `COMMENT ON COLUMN books.item.batch_id IS 'null while the item waits to be settled'`,
  `CREATE INDEX item_open ON books.item (merchant_id, currency, occurred_at, event_id) WHERE batch_id IS NULL`,

  // Whoever closes a batch of a merchant in a currency holds this row meanwhile. Postings only see to it that it exists.
  `CREATE TABLE books.settlement_account (
    merchant_id uuid NOT NULL,
    ${currency},
    last_closed_at timestamptz,
    CONSTRAINT settlement_account_pkey PRIMARY KEY (merchant_id, currency)
  )`,
  `CREATE TABLE books.settled_payment (
    merchant_id uuid NOT NULL,
    payment_id uuid NOT NULL,
    version integer NOT NULL,
    net bigint NOT NULL,
    fee bigint NOT NULL,
    CONSTRAINT settled_payment_pkey PRIMARY KEY (merchant_id, payment_id)
  )`,
  `COMMENT ON TABLE books.settled_payment IS 'what all batches so far settled of a payment, and how many there were'`,
];

/** Amounts are numeric here: sums over years may pass what a bigint holds. */
const balances = [
  `CREATE TABLE books.folded_balance (
    account text NOT NULL,
    owner text NOT NULL,
    ${currency},
    debit numeric NOT NULL,
    credit numeric NOT NULL,
    CONSTRAINT folded_balance_pkey PRIMARY KEY (account, owner, currency)
  ) WITH (fillfactor = 50)`,
  `COMMENT ON TABLE books.folded_balance IS 'sums of the entries visible in fold_cursor.folded; read books.account_balance instead'`,
  `CREATE TABLE books.fold_cursor (
    only_row boolean DEFAULT true CONSTRAINT fold_cursor_pkey PRIMARY KEY
      CONSTRAINT fold_cursor_has_one_row CHECK (only_row),
    folded pg_snapshot NOT NULL
  ) WITH (fillfactor = 10)`,
  // A snapshot that sees nothing: ordinary transaction ids begin at 3.
  `INSERT INTO books.fold_cursor (folded) VALUES ('3:3:')`,

  // What has been folded and the few entries since then, in one statement and hence of one moment. The upper bound of xid
  // says nothing; it lets the planner see a range, and take the index however many entries there are.
  `CREATE VIEW books.account_balance AS
    SELECT account, nullif(owner, '') AS owner, currency::text AS currency, sum(debit) AS debit, sum(credit) AS credit,
      CASE WHEN account IN ('acquirer_receivable', 'platform_cash') THEN sum(debit) - sum(credit)
        ELSE sum(credit) - sum(debit) END AS balance
    FROM (
      SELECT account, owner, currency, debit, credit FROM books.folded_balance
      UNION ALL
      SELECT account, coalesce(merchant_id::text, acquirer, ''), currency,
        CASE direction WHEN 'debit' THEN amount ELSE 0 END, CASE direction WHEN 'credit' THEN amount ELSE 0 END
      FROM books.entry
      WHERE xid >= pg_snapshot_xmin((SELECT folded FROM books.fold_cursor)) AND xid < '18446744073709551615'::xid8
        AND NOT pg_visible_in_snapshot(xid, (SELECT folded FROM books.fold_cursor))
    ) AS part GROUP BY account, owner, currency`,
  `COMMENT ON VIEW books.account_balance IS 'exact at every moment; owner is the merchant''s UUID, the acquirer''s name, or null'`,
  `CREATE VIEW books.trial_balance AS
    SELECT currency, sum(debit) AS debit, sum(credit) AS credit FROM books.account_balance GROUP BY currency`,
];

const grants = [
  // Not the column xid: only the database says which transaction wrote an entry.
  `GRANT SELECT, INSERT (event_id, kind, occurred_at) ON books.journal TO quittance_settlement`,
  `GRANT SELECT, INSERT (event_id, line, account, merchant_id, acquirer, direction, amount, currency) ON books.entry
    TO quittance_settlement`,
  `GRANT SELECT, INSERT ON books.batch, books.item TO quittance_settlement`,
  `GRANT UPDATE (batch_id) ON books.item TO quittance_settlement`,
  `GRANT SELECT, INSERT, UPDATE (last_closed_at) ON books.settlement_account TO quittance_settlement`,
  `GRANT SELECT, INSERT, UPDATE (version, net, fee) ON books.settled_payment TO quittance_settlement`,
  `GRANT SELECT, INSERT, UPDATE (debit, credit) ON books.folded_balance TO quittance_settlement`,
  `GRANT SELECT, UPDATE (folded) ON books.fold_cursor TO quittance_settlement`,
  `GRANT SELECT ON books.account_balance, books.trial_balance TO quittance_settlement, quittance_api`,
  `GRANT USAGE ON SCHEMA books TO quittance_api`,
];
