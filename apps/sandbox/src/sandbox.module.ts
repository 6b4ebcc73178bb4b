import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AcquirersController } from './acquirers/acquirers.controller.ts';
import { ErrorFilter } from './acquirers/error.filter.ts';
import { OpenCalls } from './acquirers/open-calls.ts';
import { ReplySender } from './acquirers/reply-sender.ts';
import { TermsController } from './acquirers/terms.controller.ts';
import { CallbackBell } from './callbacks/callback-bell.ts';
import { CallbackPost } from './callbacks/callback-post.ts';
import { CallbackSender } from './callbacks/callback-sender.ts';
import { ChallengesController } from './challenges/challenges.controller.ts';
import { DecideChallenge } from './challenges/decide-challenge.ts';
import { Chance } from './chance.ts';
import { Clock } from './clock.ts';
import { AcquirerControls } from './controls/acquirer-controls.ts';
import { ControlsController } from './controls/controls.controller.ts';
import { DisputesController } from './disputes/disputes.controller.ts';
import { SubmitEvidence } from './disputes/submit-evidence.ts';
import { Temperament } from './operations/acquirer-terms.ts';
import { DecideTogether } from './operations/decide-together.ts';
import { FindOperation } from './operations/find-operation.ts';
import { Judgement } from './operations/judgement.ts';
import { PerformOperation } from './operations/perform-operation.ts';
import { ProcessController } from './process/process.controller.ts';
import { PublicAddress } from './process/public-address.ts';
import { SandboxLogger } from './process/sandbox-logger.ts';
import { SandboxMetrics } from './process/sandbox-metrics.ts';
import { SandboxConfig } from './sandbox.config.ts';
import { CallbackStore } from './stores/callback.store.ts';
import { dataSourceOptions } from './stores/data-source.ts';
import { RecordStore } from './stores/record.store.ts';
import { TruthStore } from './stores/truth.store.ts';
import { TruthController } from './truth/truth.controller.ts';

@Module({})
export class SandboxModule {
  static with(config: SandboxConfig, clock: Clock): DynamicModule {
    return {
      module: SandboxModule,
      imports: [TypeOrmModule.forRoot(dataSourceOptions(config))],
      controllers: [
        AcquirersController,
        TermsController,
        DisputesController,
        ChallengesController,
        ControlsController,
        TruthController,
        ProcessController,
      ],
      providers: [
        { provide: SandboxConfig, useValue: config },
        { provide: Clock, useValue: clock },
        { provide: Chance, useValue: new Chance(config.seed) },
        { provide: Temperament, useValue: new Temperament(config.temperament) },
        { provide: APP_FILTER, useClass: ErrorFilter },
        AcquirerControls,
        CallbackBell,
        CallbackPost,
        CallbackSender,
        CallbackStore,
        DecideChallenge,
        DecideTogether,
        FindOperation,
        Judgement,
        OpenCalls,
        PerformOperation,
        PublicAddress,
        RecordStore,
        ReplySender,
        SandboxLogger,
        SandboxMetrics,
        SubmitEvidence,
        TruthStore,
      ],
    };
  }
}
