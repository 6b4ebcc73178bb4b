import { Module, type DynamicModule } from '@nestjs/common';
import { ENVIRONMENT, type ApiEnvironment } from '../api.config.ts';
import { builtPlayground, PLAYGROUND_DIRECTORY, PlaygroundBundle } from './playground-bundle.ts';
import { PlaygroundController } from './playground.controller.ts';

/** GET /playground and the files that it asks for. */
@Module({})
export class PlaygroundModule {
  static forEnvironment(environment: ApiEnvironment): DynamicModule {
    return {
      module: PlaygroundModule,
      controllers: [PlaygroundController],
      providers: [
        PlaygroundBundle,
        { provide: PLAYGROUND_DIRECTORY, useValue: builtPlayground },
        { provide: ENVIRONMENT, useValue: environment },
      ],
    };
  }
}
