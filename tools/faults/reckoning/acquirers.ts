import type pg from 'pg';
import type { Finding } from './finding.ts';
import { excusedSagas, type Patience } from './tables.ts';
import { publicId } from './type-id.ts';

/** An effect that an acquirer really had, as its `/truth/operations` tells it. */
interface Effect {
  readonly acquirer: string;
  readonly key: string;
  readonly operation: 'authorize' | 'increase' | 'capture' | 'void' | 'refund';
  readonly amountMinor: number;
  readonly currency: string;
  readonly authorizationId: string;
}

interface Attempt {
  readonly id: string;
  readonly payment_id: string;
  readonly operation: string;
  readonly amount: string;
  readonly state: string;
  /** The payment had given up, and is handing back just now what came after all. */
  readonly reversing: boolean;
  /** Somebody is still looking into it, and the row says why. */
  readonly resting: boolean;
}

/**
 * Each effect of an acquirer is one approved attempt of ours with the same key, operation and amount, and the reverse; what
 * it has held for a payment is what we have authorized; and what it owes us by its own record is what our books say that it owes.
 */
export async function checkAcquirers(
  database: pg.ClientBase,
  sandboxUrl: string,
  patience?: Patience,
): Promise<Finding[]> {
  const attempts = await ourAttempts(database, patience);
  const effects = await acquirerEffects(sandboxUrl);
  const released = new Set(
    effects.filter(({ operation }) => operation === 'void').map((effect) => effect.authorizationId),
  );
  const found: Finding[] = [];
  const counted: Effect[] = [];
  for (const effect of effects) {
    const attempt = attempts.get(effect.key);
    // What is not settled yet is not in the books either.
    if (attempt?.state === 'approved') counted.push(effect);
    const finding = compare(effect, attempt, released.has(effect.authorizationId));
    if (finding !== undefined) found.push(finding);
  }
  const done = new Set(effects.map(({ key }) => key));
  if (done.size !== effects.length) {
    const what = `${effects.length - done.size} effects came twice under one key`;
    found.push({ harm: 'doubled', check: 'acquirers did it once', what });
  }
  for (const [key, { state, payment_id: payment }] of attempts) {
    if (state !== 'approved' || done.has(key)) continue;
    found.push({ harm: 'wrong', check: 'acquirers did what we say', what: `we have ${key} approved`, payment });
  }
  found.push(...chargedTwice(attempts));
  found.push(...(await compareWithHolds(database, attempts, counted)));
  found.push(...(await compareWithBooks(database, counted)));
  return found;
}

function compare(effect: Effect, attempt: Attempt | undefined, released: boolean): Finding | undefined {
  const check = 'what acquirers did is known';
  const did = JSON.stringify(effect);
  if (attempt === undefined) return { harm: 'wrong', check, what: `${did}, and we never asked` };
  const payment = attempt.payment_id;
  if (attempt.state !== 'approved') {
    if (attempt.resting || (attempt.state === 'approved_late' && (released || attempt.reversing))) return undefined;
    return { harm: 'lost', check, what: `${did}, our attempt is ${attempt.state}`, payment };
  }
  if (attempt.operation === effect.operation && Number(attempt.amount) === effect.amountMinor) return undefined;
  return { harm: 'wrong', check, what: `${did}, we have ${attempt.operation} of ${attempt.amount}`, payment };
}

function chargedTwice(attempts: ReadonlyMap<string, Attempt>): Finding[] {
  const approved = [...attempts.values()].filter(
    ({ operation, state }) => operation === 'authorize' && state === 'approved',
  );
  return [...Map.groupBy(approved, (attempt) => attempt.payment_id)]
    .filter(([, charges]) => charges.length > 1)
    .map(([payment, charges]) => ({
      harm: 'doubled',
      check: 'a payment is authorized once',
      what: `it was authorized ${charges.length} times`,
      payment,
    }));
}

/** The first authorization and what was granted on top of it. What was released or taken since is in neither figure. */
async function compareWithHolds(
  database: pg.ClientBase,
  attempts: ReadonlyMap<string, Attempt>,
  effects: readonly Effect[],
): Promise<Finding[]> {
  const held = new Map<string, bigint>();
  for (const { key, operation, amountMinor } of effects) {
    const payment = attempts.get(key)?.payment_id;
    if (payment === undefined || (operation !== 'authorize' && operation !== 'increase')) continue;
    held.set(payment, (held.get(payment) ?? 0n) + BigInt(amountMinor));
  }
  const { rows } = await database.query<{ id: string; authorized: string }>(
    'SELECT id, authorized::text FROM payments.payment',
  );
  return rows
    .filter(({ id, authorized }) => BigInt(authorized) !== (held.get(id) ?? 0n))
    .map(({ id, authorized }) => ({
      harm: 'wrong',
      check: 'acquirers have held what is authorized',
      what: `by their record ${held.get(id) ?? 0n}, by the payment ${authorized}`,
      payment: id,
    }));
}

/** Lost disputes are the one thing that moves money without an operation of ours; their amounts stand in the payments. */
async function compareWithBooks(database: pg.ClientBase, effects: readonly Effect[]): Promise<Finding[]> {
  const owed = new Map<string, bigint>();
  const add = (account: string, minor: bigint): void => void owed.set(account, (owed.get(account) ?? 0n) + minor);
  for (const { acquirer, currency, operation, amountMinor } of effects) {
    if (operation === 'capture') add(`${acquirer} ${currency}`, BigInt(amountMinor));
    if (operation === 'refund') add(`${acquirer} ${currency}`, -BigInt(amountMinor));
  }
  const lost = await database.query<{ account: string; minor: string }>(
    `SELECT d.acquirer || ' ' || p.currency AS account, sum(d.amount)::text AS minor
     FROM payments.dispute d JOIN payments.payment p ON p.id = d.payment_id WHERE d.status = 'lost' GROUP BY 1`,
  );
  for (const { account, minor } of lost.rows) add(account, -BigInt(minor));
  const booked = await database.query<{ account: string; minor: string }>(
    `SELECT acquirer || ' ' || currency AS account,
       sum(CASE direction WHEN 'debit' THEN amount ELSE -amount END)::text AS minor
     FROM books.entry WHERE account = 'acquirer_receivable' GROUP BY 1`,
  );
  const books = new Map(booked.rows.map(({ account, minor }) => [account, BigInt(minor)]));
  return [...new Set([...owed.keys(), ...books.keys()])]
    .filter((account) => (owed.get(account) ?? 0n) !== (books.get(account) ?? 0n))
    .map((account) => ({
      harm: 'wrong',
      check: 'acquirers owe what the books say',
      what: `${account}: by its record ${owed.get(account) ?? 0n}, by the books ${books.get(account) ?? 0n}`,
    }));
}

async function ourAttempts(database: pg.ClientBase, patience: Patience | undefined): Promise<Map<string, Attempt>> {
  const underWay = `SELECT payment_id FROM payments.saga WHERE step IN ('watching', 'awaiting_customer')`;
  const resting =
    patience === undefined ? underWay : `${underWay} UNION SELECT payment_id FROM (${excusedSagas(patience)}) s`;
  const { rows } = await database.query<Attempt>(
    `SELECT id, payment_id, operation, amount::text, state,
       EXISTS (SELECT FROM payments.saga s WHERE s.payment_id = a.payment_id AND s.step = 'reversing') AS reversing,
       a.payment_id IN (${resting}) AS resting
     FROM payments.attempt a`,
  );
  return new Map(rows.map((row) => [publicId('att', row.id), row]));
}

async function acquirerEffects(sandboxUrl: string): Promise<Effect[]> {
  const effects: Effect[] = [];
  let after: string | undefined;
  for (;;) {
    const query = new URLSearchParams({ limit: '1000', ...(after === undefined ? {} : { after }) });
    const response = await fetch(`${sandboxUrl}/truth/operations?${query.toString()}`);
    const page = (await response.json()) as { operations: Effect[]; next: string; more: boolean };
    effects.push(...page.operations);
    if (!page.more) return effects;
    after = page.next;
  }
}
