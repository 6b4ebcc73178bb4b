import { showDemo } from './demo/show-demo.ts';
import { followChanges } from './dev/follow-changes.ts';
import { planFromEnvironment } from './launcher/plan.ts';
import { runStack } from './launcher/run-stack.ts';
import { orExplain } from './obstacle.ts';

process.exit(
  await orExplain(async () => {
    const plan = await planFromEnvironment({ followsChanges: true });
    return runStack(plan, async (stage) => {
      await showDemo(stage);
      await followChanges(stage, plan.builtDirectory);
    });
  }),
);
