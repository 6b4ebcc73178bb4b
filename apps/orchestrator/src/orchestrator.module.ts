import { Module, type DynamicModule } from '@nestjs/common';
import type { Clock } from '#domain';
import type { Metrics } from '#observability';
import type { Sql } from '#persistence';
import { CLOCK, METRICS, ServiceModule, SQL } from '#runtime';
import type { Acquirer } from './acquirers/acquirer.ts';
import { AcquirerDirectory } from './acquirers/acquirer-directory.ts';
import { guardLimits, sideBySideMax, type GuardLimits } from './acquirers/guard-limits.ts';
import { GuardNews } from './acquirers/guard-news.ts';
import { GuardedAcquirer } from './acquirers/guarded-acquirer.ts';
import { HttpAcquirer } from './acquirers/http-acquirer.ts';
import { StripeAcquirer, type StripeOptions } from './acquirers/stripe/stripe-acquirer.ts';
import { AcquirerCallbacksController } from './callbacks/acquirer-callbacks.controller.ts';
import { AdvanceOnRiskAssessed } from './consumers/advance-on-risk-assessed.ts';
import { AdvanceOnReviewDecided } from './consumers/advance-on-review-decided.ts';
import { AnswerAboutAcquirers } from './consumers/answer-about-acquirers.ts';
import { BeginChargeOnPaymentCreated } from './consumers/begin-charge-on-payment-created.ts';
import { BeginOperationOnRequest } from './consumers/begin-operation-on-request.ts';
import { NoteSettlementOnPaymentSettled } from './consumers/note-settlement-on-payment-settled.ts';
import { SettleOnSettledByHand } from './consumers/settle-on-settled-by-hand.ts';
import { ObservedPerformance } from './acquirers/observed-performance.ts';
import { CHANCE, RouteAuthorizations } from './acquirers/route-authorizations.ts';
import { ENVIRONMENT, type OrchestratorEnvironment } from './orchestrator.config.ts';
import { EvidenceAlarmClock } from './schedules/evidence-alarm-clock.ts';
import { BreakerHearsay } from './schedules/breaker-hearsay.ts';
import { BreakerOverrides } from './schedules/breaker-overrides.ts';
import { RiskAnswers } from './schedules/risk-answers.ts';
import { SagaAlarmClock } from './schedules/saga-alarm-clock.ts';
import { EvidenceQueue } from './stores/evidence-queue.ts';
import { orchestratorStores } from './stores/orchestrator-stores.ts';
import { AcquirerCalls } from './use-cases/acquirer-calls.ts';
import { AcquirerQuestions } from './use-cases/acquirer-questions.ts';
import { AdvanceSagas } from './use-cases/advance-sagas.ts';
import { HearCallback } from './use-cases/hear-callback.ts';
import { HandInEvidence } from './use-cases/hand-in-evidence.ts';
import { HearDispute } from './use-cases/hear-dispute.ts';
import { MakeAcquirerCall } from './use-cases/make-acquirer-call.ts';
import { ShowAcquirers } from './use-cases/show-acquirers.ts';
import { TakeDueTurn } from './use-cases/take-due-turn.ts';
import { TellSagas } from './use-cases/tell-sagas.ts';

@Module({})
export class OrchestratorModule {
  static forEnvironment(environment: OrchestratorEnvironment, limits: GuardLimits = guardLimits): DynamicModule {
    return {
      module: OrchestratorModule,
      imports: [
        ServiceModule.forRoot({
          service: 'orchestrator',
          environment,
          schema: 'payments',
          stores: orchestratorStores,
          log: { source: 'payments', relayedHere: true },
        }),
      ],
      controllers: [
        AcquirerCallbacksController,
        AnswerAboutAcquirers,
        BeginChargeOnPaymentCreated,
        AdvanceOnRiskAssessed,
        AdvanceOnReviewDecided,
        BeginOperationOnRequest,
        NoteSettlementOnPaymentSettled,
        SettleOnSettledByHand,
      ],
      providers: [
        { provide: ENVIRONMENT, useValue: environment },
        {
          provide: AcquirerDirectory,
          useFactory: (metrics: Metrics, clock: Clock, news: GuardNews) =>
            guard(connect(environment, metrics, clock), environment, limits, news),
          inject: [METRICS, CLOCK, GuardNews],
        },
        { provide: CHANCE, useValue: Math.random },
        ObservedPerformance,
        { provide: GuardNews, useFactory: (metrics: Metrics) => new GuardNews(metrics), inject: [METRICS] },
        { provide: AcquirerCalls, useFactory: () => new AcquirerCalls(sideBySideMax) },
        AcquirerQuestions,
        RouteAuthorizations,
        AdvanceSagas,
        TellSagas,
        MakeAcquirerCall,
        TakeDueTurn,
        HearCallback,
        ShowAcquirers,
        BreakerOverrides,
        BreakerHearsay,
        RiskAnswers,
        SagaAlarmClock,
        HearDispute,
        { provide: EvidenceQueue, useFactory: (sql: Sql) => new EvidenceQueue(sql), inject: [SQL] },
        HandInEvidence,
        EvidenceAlarmClock,
      ],
    };
  }
}

function guard(
  acquirers: readonly Acquirer[],
  environment: OrchestratorEnvironment,
  limits: GuardLimits,
  news: GuardNews,
): AcquirerDirectory {
  const guarded = acquirers.map((acquirer) => new GuardedAcquirer(acquirer, limits, news));
  return new AcquirerDirectory(guarded, environment.ACQUIRER_TIMEOUT_MS);
}

function connect(environment: OrchestratorEnvironment, metrics: Metrics, clock: Clock): Acquirer[] {
  const urls = {
    alpha: environment.ACQUIRER_ALPHA_URL,
    beta: environment.ACQUIRER_BETA_URL,
    gamma: environment.ACQUIRER_GAMMA_URL,
  };
  const secret = environment.SANDBOX_CALLBACK_SECRET;
  const callbacks = secret === undefined ? {} : { callbacks: { secret, clock } };
  const acquirers: Acquirer[] = Object.entries(urls).flatMap(([name, url]) =>
    url === undefined ? [] : [new HttpAcquirer({ name, url, ...callbacks }, metrics)],
  );
  const stripe = stripeOf(environment);
  if (stripe !== undefined) acquirers.push(new StripeAcquirer(stripe, metrics, clock));
  return acquirers;
}

function stripeOf({
  STRIPE_SECRET_KEY: secretKey,
  STRIPE_WEBHOOK_SECRET: webhookSecret,
  STRIPE_API_BASE: apiBase,
}: OrchestratorEnvironment): StripeOptions | undefined {
  return secretKey === undefined || webhookSecret === undefined
    ? undefined
    : { name: 'stripe', secretKey, webhookSecret, apiBase };
}
