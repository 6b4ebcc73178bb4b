import { gates, plantedViolations } from './checks/gates.ts';
import { runGates } from './checks/run-gates.ts';

const results = await runGates([plantedViolations, ...gates]);
process.exitCode = results.every(({ passed }) => passed) ? 0 : 1;
