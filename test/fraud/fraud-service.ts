import { runService } from '#runtime';
import { fraudEnvironment } from '../../apps/fraud/src/fraud.config.ts';
import { FraudModule } from '../../apps/fraud/src/fraud.module.ts';
import type { StartService } from '../support/stage.ts';

export const startFraud: StartService = (variables) => {
  const environment = fraudEnvironment.parse(variables);
  return runService(FraudModule.forEnvironment(environment), { environment, listensToEvents: true });
};
