import type {
  Acquirer,
  AcquirerAnswer,
  EvidenceAnswer,
  FindAnswer,
} from '../../../apps/orchestrator/src/acquirers/acquirer.ts';
import type {
  AcquirerBreakerChange,
  AcquirerGuardListener,
} from '../../../apps/orchestrator/src/acquirers/guarded-acquirer.ts';
import { guardLimits, type GuardLimits } from '../../../apps/orchestrator/src/acquirers/guard-limits.ts';
import { GuardedAcquirer } from '../../../apps/orchestrator/src/acquirers/guarded-acquirer.ts';

export const answers = {
  approved: { type: 'approved', reference: 'auth_1', amountMinor: null, expiresAt: null },
  declined: { type: 'declined', code: 'insufficient_funds', acquirerCode: '51', message: 'No.' },
  notSent: { type: 'not_sent', reason: 'connection refused' },
  unknown: { type: 'unknown', reason: 'socket closed' },
} as const satisfies Record<string, AcquirerAnswer>;

/** A connector that answers what the test says, and counts what it was asked. */
export class ScriptedConnector implements Acquirer {
  readonly name: string;
  readonly signals: AbortSignal[] = [];
  calls = 0;
  answer: () => Promise<AcquirerAnswer> = () => Promise.resolve(answers.approved);

  constructor(name: string) {
    this.name = name;
  }

  send(_request: unknown, signal: AbortSignal): Promise<AcquirerAnswer> {
    this.calls += 1;
    this.signals.push(signal);
    return this.answer();
  }

  find(): Promise<FindAnswer> {
    this.calls += 1;
    return this.answer();
  }

  async submitEvidence(): Promise<EvidenceAnswer> {
    this.calls += 1;
    const answer = await this.answer();
    return answer.type === 'unknown' || answer.type === 'not_sent' ? answer : { type: 'accepted' };
  }

  readCallback(): undefined {
    return undefined;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Each call waits until the test answers it. */
  holdsAnswers(): ((answer: AcquirerAnswer) => void)[] {
    const held: ((answer: AcquirerAnswer) => void)[] = [];
    this.answer = () => new Promise((resolve) => held.push(resolve));
    return held;
  }
}

export interface GuardedScript {
  readonly connector: ScriptedConnector;
  readonly acquirer: GuardedAcquirer;
  readonly changes: AcquirerBreakerChange[];
}

/** The limits of production, but for those that a test names. */
export function guardedScript(limits: Partial<GuardLimits> = {}, name = 'alpha'): GuardedScript {
  const connector = new ScriptedConnector(name);
  const changes: AcquirerBreakerChange[] = [];
  const listener: AcquirerGuardListener = {
    connected: () => undefined,
    breakerChanged: (change) => void changes.push(change),
    underWay: () => undefined,
    budgetLeft: () => undefined,
  };
  return { connector, changes, acquirer: new GuardedAcquirer(connector, { ...guardLimits, ...limits }, listener) };
}
