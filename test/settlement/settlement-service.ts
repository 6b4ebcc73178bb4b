import { runService } from '#runtime';
import { settlementEnvironment } from '../../apps/settlement/src/settlement.config.ts';
import { SettlementModule } from '../../apps/settlement/src/settlement.module.ts';
import type { StartService } from '../support/stage.ts';

/** With the cut-off of a day unless the test sets another, so that the schedule keeps out of it. */
export const startSettlement: StartService = (variables) => {
  const environment = settlementEnvironment.parse(variables);
  return runService(SettlementModule.forEnvironment(environment), { environment, listensToEvents: true });
};
