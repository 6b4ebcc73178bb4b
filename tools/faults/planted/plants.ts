/** A bug that somebody might write, kept as a patch beside this file, and the faults under which it shows. */
export interface Plant {
  readonly name: string;
  /** What is wrong with it, in a sentence. */
  readonly bug: string;
  /** The checks of which at least one has to see it. */
  readonly caughtBy: readonly string[];
  /** As `--only`. */
  readonly faults: readonly string[];
  readonly minutes: number;
}

const aMinute = 1;
/** Where it shows without any fault at all. */
const moments = 0.3;

export const plants: readonly Plant[] = [
  {
    name: 'effect-before-inbox',
    bug: 'The effect of an event is committed before its row in the inbox, so that a repetition has it again.',
    caughtBy: ['consumers take everything', 'messages that nobody could take'],
    faults: ['late, repeated', 'kill -9 of settlement', 'kill -9 of webhooks', 'kill -9 of orchestrator'],
    minutes: moments,
  },
  {
    name: 'ack-before-commit',
    bug: 'An event is acknowledged before its effect is committed, so that a crash in between loses it.',
    caughtBy: [
      'every movement is booked',
      'merchants are told',
      'payments that nobody finishes',
      'sagas that wait for nothing',
      'what was booked is settled',
      'merchants are told of settlements',
    ],
    faults: ['delay to postgres', 'kill -9 of settlement', 'kill -9 of webhooks', 'ten-fold burst'],
    minutes: aMinute,
  },
  {
    name: 'seq-cursor',
    bug: 'The relay reads behind the last number that it has seen, so that whoever took one earlier and commits later is lost.',
    caughtBy: [
      'the log is on the stream PAYMENTS',
      'the log is on the stream FEED',
      'merchants are told',
      'PAYMENTS keeps the order',
    ],
    faults: ['delay to postgres', 'ten-fold burst'],
    minutes: moments,
  },
  {
    name: 'missing-row-lock',
    bug: 'A payment is read without its row lock, so that two who change it at once overwrite each other.',
    caughtBy: ['versions of payments without a gap', 'guard rows are the sums of their parts'],
    faults: ['delay to postgres', 'ten-fold burst'],
    minutes: moments,
  },
  {
    name: 'retry-on-unknown',
    bug: 'A call that was not answered counts as not sent, so that another acquirer charges the card once more.',
    caughtBy: ['what acquirers did is known', 'acquirers owe what the books say'],
    faults: ['acquirer answers late', 'replies cut off to acquirers'],
    minutes: moments,
  },
  {
    name: 'silence-is-refusal',
    bug: 'An increase that is not answered counts as refused, so that the acquirer holds more than anybody knows.',
    caughtBy: ['what acquirers did is known'],
    faults: ['acquirer answers late', 'replies cut off to acquirers'],
    minutes: moments,
  },
  {
    name: 'evidence-before-the-call',
    bug: 'Evidence counts as accepted before it is handed in, so that what the acquirer did not hear is never told again.',
    caughtBy: ['acquirers have the evidence that they accepted'],
    faults: ['acquirer hangs', 'acquirer is down', 'kill -9 of sandbox', 'half-open connections to acquirers'],
    minutes: aMinute,
  },
  {
    name: 'every-decision-counts',
    bug: 'A second decision about a payment in review is written as well, so that of two people both are promised their way.',
    caughtBy: ['reviews are decided once', 'nothing is there that was not asked for'],
    faults: ['delay to postgres', 'freeze of orchestrator'],
    minutes: moments,
  },
];
