import { showDemo } from './demo/show-demo.ts';
import { planFromEnvironment } from './launcher/plan.ts';
import { runStack } from './launcher/run-stack.ts';
import { orExplain } from './obstacle.ts';

process.exit(await orExplain(async () => runStack(await planFromEnvironment({ followsChanges: false }), showDemo)));
