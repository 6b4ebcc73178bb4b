import {
  advance,
  beginCharge,
  beginOperation,
  type Saga,
  type SagaCommand,
  type SagaEvent,
  type SagaKind,
  type SagaStep,
} from '#domain';

const softly = { code: 'generic_decline', message: '', retryable: true, source: 'issuer' } as const;

/** An ordinary merchant's: the walk through a line without an end would have none. */
const patienceMs = 60_000;

/** Every event that a saga can hear, by the words that the tables use for it; a new one does not compile until named. */
const events = {
  risk_answered: {
    'risk says allow': { type: 'risk_answered', decision: 'allow' },
    'risk says review': { type: 'risk_answered', decision: 'review' },
    'risk says challenge': { type: 'risk_answered', decision: 'challenge' },
    'risk says block': { type: 'risk_answered', decision: 'block' },
  },
  risk_silent: {
    'risk silent within the floor': { type: 'risk_silent', withinFloor: true },
    'risk silent above the floor': { type: 'risk_silent', withinFloor: false },
  },
  review_decided: {
    'review says allow': { type: 'review_decided', decision: 'allow' },
    'review says block': { type: 'review_decided', decision: 'block' },
  },
  withdrawn: { withdrawn: { type: 'withdrawn' } },
  approved: { approved: { type: 'approved' } },
  declined: {
    declined: { type: 'declined', decline: softly, elsewhere: false },
    'declined softly, another acquirer is there': { type: 'declined', decline: softly, elsewhere: true },
    'the hold is gone': {
      type: 'declined',
      decline: { ...softly, code: 'authorization_expired', retryable: false },
      elsewhere: false,
    },
  },
  action_required: {
    'action required': { type: 'action_required', late: false },
    'action still required when it is too late': { type: 'action_required', late: true },
  },
  not_sent: {
    'not sent': { type: 'not_sent', elsewhere: false, patienceMs },
    'not sent, another acquirer is there': { type: 'not_sent', elsewhere: true, patienceMs },
  },
  no_acquirer: { 'no acquirer can be asked': { type: 'no_acquirer', patienceMs } },
  hold_over: {
    'the time of the hold is over': { type: 'hold_over', rest: 'open' },
    'the time of a hold is over that is being taken': { type: 'hold_over', rest: 'busy' },
    'the time of a hold is over that was taken': { type: 'hold_over', rest: 'none' },
  },
  hold_ended: {
    'the acquirer ended the hold': { type: 'hold_ended', rest: 'open' },
    'the acquirer ended a hold that is being taken': { type: 'hold_ended', rest: 'busy' },
    'the acquirer ended a hold that was taken': { type: 'hold_ended', rest: 'none' },
  },
  settled_by_hand: {
    'a person says it was done': { type: 'settled_by_hand', outcome: 'approved', reason: '' },
    'a person says it was refused': { type: 'settled_by_hand', outcome: 'declined', reason: '' },
    'a person says it was not done': { type: 'settled_by_hand', outcome: 'not_done', reason: '' },
    'a person says what is held is to be given back': { type: 'settled_by_hand', outcome: 'release', reason: '' },
  },
  contact_lost: { 'contact lost': { type: 'contact_lost' } },
  nothing_found: {
    'nothing found after a timeout': { type: 'nothing_found', heardTimeout: true },
    'nothing found after a crash': { type: 'nothing_found', heardTimeout: false },
  },
  contradicted: { contradicted: { type: 'contradicted', reason: '' } },
} as const satisfies { [Type in SagaEvent['type']]: Record<string, Extract<SagaEvent, { type: Type }>> };

/** One answer of the reducer: heard in this step after so many tries and checks, it leads there with these commands. */
export interface SagaMove {
  readonly step: SagaStep;
  readonly on: string;
  readonly tries: number;
  readonly checks: number;
  readonly to: SagaStep;
  readonly commands: string;
}

export interface SagaWalk {
  readonly initial: SagaStep;
  readonly moves: readonly SagaMove[];
}

/** Lost contact is checked again without end. The answers repeat long before this many checks; no walk goes beyond. */
export const checksFollowed = 5;

/** Tries are bounded in the domain, so the walk ends by itself; a domain without that bound would show here. */
const sagasMax = 10_000;

/** Every saga that can come of a kind, and everything that it answers: found by asking the reducer, not by reading it. */
export function walkSaga(kind: SagaKind, captureMethod: Saga['captureMethod']): SagaWalk {
  const first = kind === 'charge' ? beginCharge(captureMethod) : beginOperation(kind, captureMethod).saga;
  const met = new Map([[JSON.stringify(first), first]]);
  const moves: SagaMove[] = [];
  for (const saga of met.values()) {
    for (const [on, event] of Object.values(events).flatMap((named) => Object.entries<SagaEvent>(named))) {
      const next = advance(saga, event);
      if (next.saga === saga && next.commands.length === 0) continue;
      if (next.saga.checks <= checksFollowed) met.set(JSON.stringify(next.saga), next.saga);
      const commands = next.commands.map(wordsOf).join(', ');
      moves.push({ step: saga.step, on, tries: saga.tries, checks: saga.checks, to: next.saga.step, commands });
    }
    if (met.size > sagasMax) throw new Error(`A ${kind} saga has more than ${sagasMax} situations.`);
  }
  return { initial: first.step, moves };
}

function wordsOf(command: SagaCommand): string {
  switch (command.type) {
    case 'attempt':
      return command.afterMs === 0 ? command.operation : `${command.operation} in ${command.afterMs} ms`;
    case 'check':
      return `check in ${command.afterMs} ms`;
    case 'fail_payment':
      return `fail_payment: ${command.reason}`;
    default:
      return command.type;
  }
}
