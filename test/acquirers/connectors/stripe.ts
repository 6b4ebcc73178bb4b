import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { StripeAcquirer } from '../../../apps/orchestrator/src/acquirers/stripe/stripe-acquirer.ts';
import { moneyOfStripe } from '../../../apps/orchestrator/src/acquirers/stripe/stripe-amounts.ts';
import type { AttemptId, AttemptOperation, Clock } from '#domain';
import { createMetrics } from '#observability';
import { RandomIds } from '#security';
import { decideDispute, openDispute } from '../stripe-stand-in/disputes.ts';
import type { FaultKind } from '../stripe-stand-in/faults.ts';
import { StripeStandIn } from '../stripe-stand-in/stand-in.ts';
import type { Connector, Running, SignedCallback, Trouble } from './connector.ts';

export const secretKey = 'sk_test_stand_in';
export const webhookSecret = 'whsec_stand_in';

/** What Stripe names as the usual delay of its search. */
export const searchDelayMs = 60_000;

/** Longer than the connector believes search to be behind when it finds nothing there. */
const everythingIsFoundMs = 31 * 60_000;

const callOf: Readonly<Record<AttemptOperation, RegExp>> = {
  authorize: /^POST \/v1\/payment_intents$/,
  increase: /\/increment_authorization$/,
  capture: /\/capture$/,
  void: /\/cancel$/,
  refund: /^POST \/v1\/refunds$/,
};

const faultOf: Readonly<Record<Trouble, FaultKind>> = {
  silent: 'hang',
  done_unanswered: 'hang_done',
  garbage: 'garbage_done',
  turned_away: 'rate_limit',
};

const everyTrouble: readonly Trouble[] = ['silent', 'done_unanswered', 'garbage', 'turned_away'];

export const stripe: Connector = {
  name: 'stripe',
  troubles: {
    authorize: everyTrouble,
    increase: everyTrouble,
    capture: everyTrouble,
    void: everyTrouble,
    refund: everyTrouble,
  },
  declines: [
    ['tok_declined', 'generic_decline'],
    ['tok_insufficient_funds', 'insufficient_funds'],
    ['tok_lost_card', 'lost_card'],
    ['tok_stolen_card', 'stolen_card'],
    ['tok_expired_card', 'expired_card'],
    ['tok_incorrect_cvc', 'incorrect_cvc'],
    ['tok_processing_error', 'processing_error'],
  ],
  wrongAmountCard: 'pm_stand_in_wrongAmount',
  start: async () => running(await StripeStandIn.start({ secretKey, webhookSecret, searchDelayMs })),
};

export function stripeAcquirerAt(standIn: StripeStandIn, apiBase = standIn.url): StripeAcquirer {
  const options = { name: 'stripe', secretKey, webhookSecret, apiBase };
  return new StripeAcquirer(options, createMetrics('orchestrator'), clockOf(standIn));
}

export function clockOf({ ledger }: StripeStandIn): Clock {
  return { now: () => new Date(ledger.nowMs()) };
}

async function running(standIn: StripeStandIn): Promise<Running> {
  const acquirer = stripeAcquirerAt(standIn);
  const elsewhere = stripeAcquirerAt(standIn);
  const unreachable = stripeAcquirerAt(standIn, await addressWhereNobodyListens());
  return {
    acquirer,
    elsewhere,
    unreachable,
    ids: new RandomIds(clockOf(standIn)),
    arrange: (operation, trouble) => ({
      cardToken: 'tok_visa',
      begin: () => Promise.resolve(standIn.faults.order(callOf[operation], faultOf[trouble], 1)),
      end: () => Promise.resolve(standIn.faults.clear()),
    }),
    truth: (key) => Promise.resolve(truthOf(standIn, key)),
    letItBeFound: () => standIn.ledger.timePasses(everythingIsFoundMs),
    timePasses: (ms) => standIn.ledger.timePasses(ms),
    answerChallenge: (redirectUrl, answer) =>
      Promise.resolve(standIn.decideChallenge(redirectUrl, answer === 'accept')),
    callbackAbout: (key) => Promise.resolve(latestAbout(standIn, key)),
    opensDispute: (authorization) => {
      openDispute(standIn.ledger, authorization);
      return Promise.resolve(latestAbout(standIn, authorization));
    },
    decidesDispute: (dispute) => {
      decideDispute(standIn.ledger, dispute);
      return Promise.resolve(latestAbout(standIn, dispute));
    },
    stop: async () => {
      for (const each of [acquirer, elsewhere, unreachable]) await each.close();
      await standIn.stop();
    },
  };
}

function latestAbout(standIn: StripeStandIn, what: string): SignedCallback {
  const event = standIn.ledger.events.findLast(({ data }) => JSON.stringify(data.object).includes(what));
  if (event === undefined) throw new Error(`nothing was told about ${what}`);
  return standIn.callbackOf(event);
}

/** What the stand-in did under a key, read from its own objects. */
function truthOf({ ledger }: StripeStandIn, key: AttemptId): bigint | null {
  const refund = [...ledger.refunds.values()].find(({ metadata }) => metadata['quittance_key'] === key);
  if (refund !== undefined) return moneyOfStripe(refund.amount, refund.currency)?.minor ?? null;
  for (const intent of ledger.intents.values()) {
    const held = intent.latest_charge !== null && intent.last_payment_error === null;
    if (intent.metadata['quittance_key'] === key) return held ? BigInt(intent.amount) : null;
    const [kind, units = '0'] = intent.metadata[key]?.split(' ') ?? [];
    if (kind === 'void') return intent.status === 'canceled' ? 0n : null;
    if (kind !== undefined) return BigInt(units);
  }
  return null;
}

export async function addressWhereNobodyListens(): Promise<string> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `http://127.0.0.1:${port}`;
}
