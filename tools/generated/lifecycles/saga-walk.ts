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
    declined: {
      type: 'declined',
      decline: { code: 'generic_decline', message: '', retryable: true, source: 'issuer' },
    },
  },
  not_sent: { 'not sent': { type: 'not_sent' } },
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
