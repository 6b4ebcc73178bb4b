import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { findOrCreateMerchant } from '../demo/demo-merchant.ts';
import { Chance } from './chance.ts';
import { everyFault } from './faults/every-fault.ts';
import type { Fault } from './faults/fault.ts';
import { keepAppointments } from './faults/injection.ts';
import { draw } from './faults/schedule.ts';
import { History, readHistory } from './load/history.ts';
import { Load } from './load/load.ts';
import { Merchant } from './load/merchant.ts';
import { Probe } from './load/probe.ts';
import { RiskDesk } from './load/risk-desk.ts';
import { WebhookReceiver, type Received } from './load/webhook-receiver.ts';
import type { Options } from './options.ts';
import { quiet } from './quiet.ts';
import { checkAcquirers } from './reckoning/acquirers.ts';
import { checkDeliveries } from './reckoning/deliveries.ts';
import type { Finding } from './reckoning/finding.ts';
import { readPayments } from './reckoning/payments.ts';
import { checkPromises } from './reckoning/promises.ts';
import { checkStreams } from './reckoning/streams.ts';
import { checkTables, excusedSagas } from './reckoning/tables.ts';
import { reportByKind, type Evidence, type Report } from './report/report.ts';
import { startStack, type FaultStack, type StackPlace } from './stack/stack.ts';
import { Watch } from './watch.ts';

/** Before the first fault: services compile what they run often, and the first payments pay for that. */
const warmUpMs = 3_000;
/** What is open when the last fault is healed may be asked about for so long. */
const lastTriesMs = 20_000;

/** Whoever has a saga in hand holds it for 15 s; one that stumbles each time never gets further away than that. */
const patience = { nextLookSeconds: 20 };

/** Carried by every message that the laboratory makes up, so that it is told from what the services made. */
const poison = 'made up by the fault laboratory';

/** One run: start, load, break, heal, wait for quiet, judge. */
export async function runLaboratory(place: StackPlace, options: Options, signal: AbortSignal): Promise<Report> {
  const { progress } = place;
  const startedAt = new Date();
  const chance = new Chance(options.seed);
  progress('Starting two of every service…');
  const stack = await startStack(place);
  const receiver = await WebhookReceiver.open();
  try {
    signal.throwIfAborted();
    const { secretKey } = await findOrCreateMerchant(
      `${stack.apiUrls[0]}/graphql`,
      { url: `${stack.apiUrls[0]}/admin/graphql`, key: stack.adminKey },
      undefined,
    );
    const history = new History(join(place.home.directory, 'history.jsonl'));
    const merchant = new Merchant(stack.apiUrls, secretKey, history);
    receiver.expectSecret(await merchant.openWebhookEndpoint(receiver.url));
    const riskDesk = new RiskDesk(stack.apiUrls, stack.adminKey, history);
    const load = new Load({ merchant, riskDesk }, chance.for('load'));
    const probe = new Probe(merchant);
    const watch = new Watch(stack, history);
    const faults = everyFault({ stack, load, receiver, poison, patient: options.patient }, chance);
    const appointments = draw(wanted(faults, options), options.minutes * 60_000, chance.for('faults'));
    const running = [load.run(), probe.run(), watch.run()];
    const shifted = appointments.map((appointment) => ({ ...appointment, atMs: appointment.atMs + warmUpMs }));
    const injections = await keepAppointments(shifted, signal, progress);
    progress('Everything is healed; the last purchases come to their end…');
    await load.close(lastTriesMs);
    probe.stop();
    watch.stop();
    await Promise.all(running);
    await history.close();
    signal.throwIfAborted();
    progress('Waiting for quiet…');
    const rested = await quiet(stack.databaseUrl, { poison, quietMs: options.quietMs, signal });
    progress('Judging…');
    const judged = await judgeTwice(() => judge(stack, history.file, receiver.history));
    const evidence: Evidence = { injections, signs: watch.signs, soundings: probe.soundings, ...judged };
    return {
      seed: options.seed,
      minutes: options.minutes,
      startedAt: startedAt.toISOString(),
      faults: injections.length,
      purchases: load.purchases,
      calls: judged.calls,
      asked: judged.asked,
      quiet: rested.quiet,
      payments: judged.payments,
      endings: judged.endings,
      waiting: judged.waiting,
      kinds: reportByKind(evidence),
      findings: judged.findings,
      mishaps: injections.flatMap(({ kind, failure }) => (failure === undefined ? [] : `${kind}: ${failure}`)),
    };
  } finally {
    progress('Stopping…');
    await stack.tree.end();
    await receiver.close();
  }
}

function wanted(faults: readonly Fault[], { only }: Options): Fault[] {
  return faults.filter(({ kind }) => only.length === 0 || only.some((part) => kind.includes(part)));
}

/** Longer than what is due within the patience takes: by then it is done, or it will never be. */
const secondLookMs = 25_000;

/** What only one of two looks sees was under way. Whatever is broken is so in both. */
async function judgeTwice(look: () => Promise<Judgement>): Promise<Judgement> {
  const first = await look();
  if (first.findings.length === 0) return first;
  const subjectOf = ({ check, payment }: Finding): string => `${check} ${payment ?? ''}`;
  const before = new Set(first.findings.map(subjectOf));
  await pause(secondLookMs);
  const second = await look();
  return { ...second, findings: second.findings.filter((finding) => before.has(subjectOf(finding))) };
}

interface Judgement extends Pick<Evidence, 'findings' | 'lifeOf'>, Tally {}

type Tally = Pick<Report, 'calls' | 'asked' | 'payments' | 'endings' | 'waiting'>;

async function judge(stack: FaultStack, historyFile: string, received: readonly Received[]): Promise<Judgement> {
  const history = await readHistory(historyFile);
  const database = new pg.Client({ connectionString: stack.databaseUrl });
  await database.connect();
  try {
    const findings: Finding[] = [
      ...(await checkTables(database, { patience, poison })),
      ...(await checkAcquirers(database, stack.sandboxUrl, patience)),
      ...checkPromises(await readPayments(database), history),
      ...(await checkDeliveries(database, received)),
      ...(await checkStreams(database, stack.natsUrl, poison)),
    ];
    const { rows } = await database.query<{ id: string; state: string; from: Date; to: Date }>(
      'SELECT id, state, created_at AS from, updated_at AS to FROM payments.payment',
    );
    const waiting = await database.query<{ reason: string }>(
      `SELECT kind || ' ' || step || ': ' || regexp_replace(waiting_for, '[0-9]+', 'n', 'g') AS reason FROM (${excusedSagas(patience)}) s`,
    );
    const lives = new Map(rows.map(({ id, from, to }) => [id, { from: from.getTime(), to: to.getTime() }]));
    return {
      findings,
      lifeOf: (payment) => lives.get(payment),
      calls: countBy(history.map(({ answer }) => answer.kind)),
      asked: countBy(history.map(({ mutation, answer }) => `${mutation} ${answer.kind}`).toSorted()),
      payments: countBy(rows.map(({ state }) => state)),
      endings: await readEndings(database),
      waiting: countBy(waiting.rows.map(({ reason }) => reason)),
    };
  } finally {
    await database.end();
  }
}

/** Whoever reads the report sees that there was something to judge. */
async function readEndings(database: pg.ClientBase): Promise<Record<string, number>> {
  const { rows } = await database.query<{ ending: string; times: number }>(
    `SELECT ending, count(*)::int AS times FROM (
       SELECT 'increase ' || status FROM payments.authorization_increase
       UNION ALL SELECT 'dispute ' || status FROM payments.dispute
       UNION ALL SELECT 'evidence ' || coalesce(ending, 'on its way') FROM payments.dispute_evidence
       UNION ALL SELECT 'review ' || (payload::jsonb ->> 'decision') FROM payments.event WHERE type = 'payment.review_decided'
     ) AS endings (ending) GROUP BY 1 ORDER BY 1`,
  );
  return Object.fromEntries(rows.map(({ ending, times }) => [ending, times]));
}

function countBy(words: readonly string[]): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(words, (word) => word)].map(([word, { length }]) => [word, length]));
}
