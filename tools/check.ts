import { gates } from './checks/gates.ts';
import { runGates } from './checks/run-gates.ts';

const results = await runGates(gates);
process.exitCode = results.every(({ passed }) => passed) ? 0 : 1;
