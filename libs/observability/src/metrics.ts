import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What a service counts. Names follow Prometheus: base units, `_total` for counters. */
export interface Metrics {
  readonly registry: Registry;
  /** From the commit of an event (its `occurred_at`) to its acknowledgement by the stream. */
  readonly commitToStream: Histogram<'type'>;
  /** Calls to acquirers by answer. */
  readonly acquirerCalls: Histogram<'acquirer' | 'operation' | 'answer'>;
  readonly breakerState: Gauge<'acquirer' | 'operation'>;
  /** Each time that a closed or probing breaker opens, by whomever. */
  readonly breakerOpens: Counter<'acquirer' | 'operation'>;
  readonly bulkheadInUse: Gauge<'acquirer' | 'operation'>;
  readonly retriesLeft: Gauge<'acquirer'>;
  readonly mutations: Counter<'operation' | 'result'>;
  readonly intake: IntakeMetrics;
}

/** How busy the way in is for new payments, and how many were turned away. */
export interface IntakeMetrics {
  readonly shed: Counter<'reason'>;
  readonly shedding: Gauge;
  readonly backlogEvents: Gauge;
  readonly backlogAge: Gauge;
  readonly queueWait: Gauge;
}

const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createMetrics(service: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    commitToStream: new Histogram({
      name: 'quittance_commit_to_stream_seconds',
      help: 'Time from the commit of an event to its acknowledgement by JetStream.',
      labelNames: ['type'],
      buckets: secondsBuckets,
      registers,
    }),
    acquirerCalls: new Histogram({
      name: 'quittance_acquirer_call_seconds',
      help: 'Duration of calls to acquirers by their answer.',
      labelNames: ['acquirer', 'operation', 'answer'],
      buckets: secondsBuckets,
      registers,
    }),
    ...acquirerGuardMetrics(registers),
    mutations: new Counter({
      name: 'quittance_mutations_total',
      help: 'Money mutations by their result: accepted, replayed, refused, shed or failed.',
      labelNames: ['operation', 'result'],
      registers,
    }),
    intake: intakeMetrics(registers),
  };
}

function intakeMetrics(registers: Registry[]): IntakeMetrics {
  return {
    shed: new Counter({
      name: 'quittance_intake_shed_total',
      help: 'New payments that were turned away as OVERLOADED, by what was over its bound.',
      labelNames: ['reason'],
      registers,
    }),
    shedding: new Gauge({
      name: 'quittance_intake_shedding',
      help: '1 while new payments are turned away, else 0.',
      registers,
    }),
    backlogEvents: new Gauge({
      name: 'quittance_intake_backlog_events',
      help: 'About how many events of payments wait in the log for their relay.',
      registers,
    }),
    backlogAge: new Gauge({
      name: 'quittance_intake_backlog_age_seconds',
      help: 'For how long the oldest of them has waited.',
      registers,
    }),
    queueWait: new Gauge({
      name: 'quittance_intake_queue_wait_seconds',
      help: 'For how long a request of the API waits for the database.',
      registers,
    }),
  };
}

function acquirerGuardMetrics(
  registers: Registry[],
): Pick<Metrics, 'breakerState' | 'breakerOpens' | 'bulkheadInUse' | 'retriesLeft'> {
  const labelNames = ['acquirer', 'operation'] as const;
  return {
    breakerState: new Gauge({
      name: 'quittance_acquirer_breaker_state',
      help: 'Breakers of acquirers: 0 closed, 1 half open, 2 open, 3 held open by a person.',
      labelNames,
      registers,
    }),
    breakerOpens: new Counter({
      name: 'quittance_acquirer_breaker_opens_total',
      help: 'How often the breaker of an acquirer has opened.',
      labelNames,
      registers,
    }),
    bulkheadInUse: new Gauge({
      name: 'quittance_acquirer_bulkhead_in_use',
      help: 'Calls to an acquirer that are under way.',
      labelNames,
      registers,
    }),
    retriesLeft: new Gauge({
      name: 'quittance_acquirer_retries_left',
      help: 'Quick further tries that the budget of an acquirer has left.',
      labelNames: ['acquirer'],
      registers,
    }),
  };
}
