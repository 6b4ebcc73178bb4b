import { Stripe } from 'stripe';
import type { AttemptId, Clock, DisputeId } from '#domain';
import type { Metrics } from '#observability';
import type {
  Acquirer,
  AcquirerAnswer,
  AcquirerCallback,
  AcquirerRequest,
  EvidenceAnswer,
  FindAnswer,
} from '../acquirer.ts';
import { noticeOf } from './stripe-callbacks.ts';
import { StripeConnection } from './stripe-connection.ts';
import { handInEvidence } from './stripe-evidence.ts';
import { answerOfFailure } from './stripe-failures.ts';
import { StripeFinder } from './stripe-finder.ts';
import { StripeOperations } from './stripe-operations.ts';
import { RecentCalls } from './recent-calls.ts';

export interface StripeOptions {
  readonly name: string;
  readonly secretKey: string;
  readonly webhookSecret: string;
  /** Another place than Stripe's own, for tests: http://127.0.0.1:4242. */
  readonly apiBase?: string | undefined;
}

const stripeApi = 'https://api.stripe.com';

/** As the package and Stripe's own advice have it: a callback older than this was caught and sent again by somebody. */
const callbackAgeSecondsMax = 300;

/** Stripe, on its own package: payment intents that are captured by hand. */
export class StripeAcquirer implements Acquirer {
  readonly name: string;
  private readonly webhookSecret: string;
  private readonly connection: StripeConnection;
  private readonly stripe: Stripe;
  private readonly operations: StripeOperations;
  private readonly finder: StripeFinder;
  private readonly recent = new RecentCalls();

  constructor(
    options: StripeOptions,
    private readonly metrics: Metrics,
    private readonly clock: Clock,
  ) {
    const base = new URL(options.apiBase ?? stripeApi);
    this.name = options.name;
    this.webhookSecret = options.webhookSecret;
    this.connection = new StripeConnection(base.origin);
    this.stripe = new Stripe(options.secretKey, {
      httpClient: this.connection,
      host: base.hostname,
      port: base.port,
      protocol: base.protocol === 'http:' ? 'http' : 'https',
      // Trying again is decided by the saga, which knows what it means.
      maxNetworkRetries: 0,
      telemetry: false,
    });
    this.operations = new StripeOperations(this.stripe, options.secretKey);
    this.finder = new StripeFinder(this.stripe, this.recent, clock);
  }

  async send(request: AcquirerRequest, signal: AbortSignal): Promise<AcquirerAnswer> {
    const end = this.metrics.acquirerCalls.startTimer({ acquirer: this.name, operation: request.operation });
    this.recent.note(request.key, request);
    const answer = await this.connection.within(signal, () => this.ask(request));
    // Whatever is asked about the authorization later is asked of the intent that it became.
    if (request.operation === 'authorize' && 'reference' in answer) {
      this.recent.note(request.key, { operation: 'authorize', authorization: answer.reference });
    }
    end({ answer: answer.type });
    return answer;
  }

  async find(key: AttemptId, signal: AbortSignal): Promise<FindAnswer> {
    const end = this.metrics.acquirerCalls.startTimer({ acquirer: this.name, operation: 'find' });
    const answer = await this.connection.within(signal, () => this.look(key));
    end({ answer: answer.type });
    return answer;
  }

  async submitEvidence(key: DisputeId, dispute: string, text: string, signal: AbortSignal): Promise<EvidenceAnswer> {
    const end = this.metrics.acquirerCalls.startTimer({ acquirer: this.name, operation: 'evidence' });
    const answer = await this.connection.within(signal, () => handInEvidence(this.stripe, { key, dispute, text }));
    end({ answer: answer.type });
    return answer;
  }

  readCallback(body: Buffer, headers: Readonly<Record<string, string | undefined>>): AcquirerCallback | undefined {
    const signature = headers['stripe-signature'];
    if (signature === undefined) return undefined;
    try {
      const now = this.clock.now().getTime();
      const event = this.stripe.webhooks.constructEvent(
        body,
        signature,
        this.webhookSecret,
        callbackAgeSecondsMax,
        undefined,
        now,
      );
      return { id: event.id, notice: noticeOf(event) };
    } catch {
      // One that is signed and cannot be read is refused as well: Stripe repeats it, and shows people that it fails.
      return undefined;
    }
  }

  async close(): Promise<void> {
    await this.connection.close();
  }

  private async ask(request: AcquirerRequest): Promise<AcquirerAnswer> {
    try {
      return await this.operations.perform(request);
    } catch (error) {
      const failure = answerOfFailure(error, request.operation);
      return failure.type === 'key_reused' ? this.truthOf(request, failure.reason) : failure;
    }
  }

  /** The key did something else than we ask now. Its truth is told with the amount it was about, never what was asked. */
  private async truthOf(request: AcquirerRequest, reason: string): Promise<AcquirerAnswer> {
    const found = await this.look(request.key);
    return found.type === 'approved' || found.type === 'declined' ? found : { type: 'unknown', reason };
  }

  private async look(key: AttemptId): Promise<FindAnswer> {
    try {
      return await this.finder.find(key);
    } catch (error) {
      // A question that failed tells nothing about the operation that it asks for.
      return { type: 'unknown', reason: error instanceof Error ? error.message : String(error) };
    }
  }
}
