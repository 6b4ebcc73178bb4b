import { HttpAcquirer } from '../../../apps/orchestrator/src/acquirers/http-acquirer.ts';
import type { AttemptOperation } from '#domain';
import { createMetrics } from '#observability';
import { RandomIds } from '#security';
import { CallbackReceiver } from '../../sandbox/support/callback-receiver.ts';
import { fieldOf, Sandbox } from '../../sandbox/support/sandbox.ts';
import { createDatabase } from '../../support/database.ts';
import { until } from '../../support/until.ts';
import type { Arranged, Connector, Running, SignedCallback, Trouble } from './connector.ts';
import { addressWhereNobodyListens } from './stripe.ts';

const callbackSecret = 'a_secret_of_the_conformance_test';

/** `find` tells everything that is ever told after 10 s: tok_late_approval. */
const everythingIsFoundMs = 10_000;

/** tok_disputed: so long after the capture. */
const disputeOpensMs = 3_000;
/** So long after the evidence. */
const disputeIsDecidedMs = 1_000;

/** Cards that bring the trouble themselves; for the rest the acquirer's controls do. */
const troubleCards: Partial<Readonly<Record<`${AttemptOperation} ${Trouble}`, string>>> = {
  'authorize silent': 'tok_timeout_not_charged',
  'authorize done_unanswered': 'tok_timeout_charged',
  'authorize garbage': 'tok_garbage',
  'increase done_unanswered': 'tok_increase_timeout',
  'capture done_unanswered': 'tok_capture_timeout',
  'refund done_unanswered': 'tok_refund_timeout',
};

export function sandbox(name: 'alpha' | 'beta' | 'gamma'): Connector {
  return {
    name,
    troubles: {
      authorize: ['silent', 'done_unanswered', 'garbage', 'turned_away'],
      increase: ['silent', 'done_unanswered', 'turned_away'],
      capture: ['silent', 'done_unanswered', 'turned_away'],
      void: ['silent', 'turned_away'],
      refund: ['silent', 'done_unanswered', 'turned_away'],
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
    wrongAmountCard: 'tok_wrong_amount',
    start: () => start(name),
  };
}

async function start(name: string): Promise<Running> {
  const database = await createDatabase();
  const receiver = await CallbackReceiver.start();
  const application = await Sandbox.start(database, {
    SANDBOX_CALLBACK_URL: receiver.url,
    SANDBOX_CALLBACK_SECRET: callbackSecret,
  });
  const base = await application.application.getUrl();
  const connect = (origin: string): HttpAcquirer =>
    new HttpAcquirer(
      {
        name,
        url: `${origin}/acquirers/${name}`,
        callbacks: { secret: callbackSecret, clock: application.clock },
      },
      createMetrics('orchestrator'),
    );
  const acquirer = connect(base);
  const elsewhere = connect(base);
  const unreachable = connect(await addressWhereNobodyListens());
  return {
    acquirer,
    elsewhere,
    unreachable,
    ids: new RandomIds(application.clock),
    arrange: (operation, trouble) => arranged(application, name, operation, trouble),
    truth: async (key) => {
      const { body } = await application.get(`/truth?key=${key}`);
      const operations = fieldOf(body, 'operations');
      const effect = Array.isArray(operations) ? fieldOf(operations[0], 'effect') : undefined;
      return effect === undefined || effect === null ? null : BigInt(String(fieldOf(effect, 'amountMinor')));
    },
    letItBeFound: () => application.clock.advance(everythingIsFoundMs),
    timePasses: (ms) => application.clock.advance(ms),
    answerChallenge: async (redirectUrl, answer) => {
      const response = await application.browse(redirectUrl, answer);
      if (response.status !== 303) throw new Error(`the challenge answered ${response.status}`);
    },
    callbackAbout: (key) => latestAbout(receiver, key),
    opensDispute: async (authorization) => {
      await application.clock.waiting(1);
      application.clock.advance(disputeOpensMs);
      return latestAbout(receiver, authorization);
    },
    decidesDispute: async (dispute) => {
      await application.clock.waiting(1);
      application.clock.advance(disputeIsDecidedMs);
      return latestAbout(receiver, `"outcome"`, dispute);
    },
    stop: async () => {
      for (const each of [acquirer, elsewhere, unreachable]) await each.close();
      await application.stop();
      await receiver.stop();
      await database.drop();
    },
  };
}

function arranged(application: Sandbox, name: string, operation: AttemptOperation, trouble: Trouble): Arranged {
  const cardToken = troubleCards[`${operation} ${trouble}`];
  if (cardToken !== undefined) return { cardToken, begin: () => Promise.resolve(), end: () => Promise.resolve() };
  const control = trouble === 'silent' ? { hang: true } : { down: true };
  return {
    cardToken: 'tok_visa',
    begin: async () => void (await application.control(control, name)),
    end: async () => void (await application.resetControls(name)),
  };
}

async function latestAbout({ received }: CallbackReceiver, ...words: string[]): Promise<SignedCallback> {
  const { raw, headers } = await until(`a callback about ${words.join(' and ')}`, () =>
    received.findLast((each) => words.every((word) => each.raw.toString().includes(word))),
  );
  const texts = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  return { body: raw, headers: Object.fromEntries(texts) };
}
