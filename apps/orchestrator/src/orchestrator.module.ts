import { Module, type DynamicModule } from '@nestjs/common';
import type { Clock } from '#domain';
import type { Metrics } from '#observability';
import type { Sql } from '#persistence';
import { CLOCK, METRICS, ServiceModule, SQL } from '#runtime';
import { AcquirerDirectory } from './acquirers/acquirer-directory.ts';
import { connectionsMax, HttpAcquirer } from './acquirers/http-acquirer.ts';
import { AcquirerCallbacksController } from './callbacks/acquirer-callbacks.controller.ts';
import { AdvanceOnRiskAssessed } from './consumers/advance-on-risk-assessed.ts';
import { AdvanceOnReviewDecided } from './consumers/advance-on-review-decided.ts';
import { BeginChargeOnPaymentCreated } from './consumers/begin-charge-on-payment-created.ts';
import { BeginOperationOnRequest } from './consumers/begin-operation-on-request.ts';
import { NoteSettlementOnPaymentSettled } from './consumers/note-settlement-on-payment-settled.ts';
import { ObservedPerformance } from './acquirers/observed-performance.ts';
import { CHANCE, RouteAuthorizations } from './acquirers/route-authorizations.ts';
import { ENVIRONMENT, type OrchestratorEnvironment } from './orchestrator.config.ts';
import { EvidenceAlarmClock } from './schedules/evidence-alarm-clock.ts';
import { RiskAnswers } from './schedules/risk-answers.ts';
import { SagaAlarmClock } from './schedules/saga-alarm-clock.ts';
import { EvidenceQueue } from './stores/evidence-queue.ts';
import { orchestratorStores } from './stores/orchestrator-stores.ts';
import { AcquirerCalls } from './use-cases/acquirer-calls.ts';
import { AdvanceSagas } from './use-cases/advance-sagas.ts';
import { HearCallback } from './use-cases/hear-callback.ts';
import { HandInEvidence } from './use-cases/hand-in-evidence.ts';
import { HearDispute } from './use-cases/hear-dispute.ts';
import { MakeAcquirerCall } from './use-cases/make-acquirer-call.ts';
import { TakeDueTurn } from './use-cases/take-due-turn.ts';
import { TellSagas } from './use-cases/tell-sagas.ts';

@Module({})
export class OrchestratorModule {
  static forEnvironment(environment: OrchestratorEnvironment): DynamicModule {
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
        BeginChargeOnPaymentCreated,
        AdvanceOnRiskAssessed,
        AdvanceOnReviewDecided,
        BeginOperationOnRequest,
        NoteSettlementOnPaymentSettled,
      ],
      providers: [
        { provide: ENVIRONMENT, useValue: environment },
        {
          provide: AcquirerDirectory,
          useFactory: (metrics: Metrics, clock: Clock) => connect(environment, metrics, clock),
          inject: [METRICS, CLOCK],
        },
        { provide: AcquirerCalls, useFactory: () => new AcquirerCalls(connectionsMax) },
        { provide: CHANCE, useValue: Math.random },
        ObservedPerformance,
        RouteAuthorizations,
        AdvanceSagas,
        TellSagas,
        MakeAcquirerCall,
        TakeDueTurn,
        HearCallback,
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

function connect(environment: OrchestratorEnvironment, metrics: Metrics, clock: Clock): AcquirerDirectory {
  const urls = {
    alpha: environment.ACQUIRER_ALPHA_URL,
    beta: environment.ACQUIRER_BETA_URL,
    gamma: environment.ACQUIRER_GAMMA_URL,
  };
  const secret = environment.SANDBOX_CALLBACK_SECRET;
  const callbacks = secret === undefined ? {} : { callbacks: { secret, clock } };
  const acquirers = Object.entries(urls).flatMap(([name, url]) =>
    url === undefined ? [] : [new HttpAcquirer({ name, url, ...callbacks }, metrics)],
  );
  return new AcquirerDirectory(acquirers, environment.ACQUIRER_TIMEOUT_MS);
}
