import 'reflect-metadata';
import { readConfig, runService } from '#runtime';
import { settlementEnvironment } from './settlement.config.ts';
import { SettlementModule } from './settlement.module.ts';

const environment = readConfig(settlementEnvironment);
await runService(SettlementModule.forEnvironment(environment), { environment, listensToEvents: true });
