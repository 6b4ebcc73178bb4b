import { EventLog, type TransactionScope } from '#persistence';
import type { StoreParts } from '#runtime';
import { BalanceStore } from './balance.store.ts';
import { BatchStore } from './batch.store.ts';
import { ItemStore } from './item.store.ts';
import { JournalStore } from './journal.store.ts';

/** What a transaction of the settlement service can reach. */
export interface SettlementStores {
  readonly journals: JournalStore;
  readonly items: ItemStore;
  readonly batches: BatchStore;
  readonly balances: BalanceStore;
  readonly events: EventLog;
}

export function settlementStores(scope: TransactionScope, parts: StoreParts): SettlementStores {
  return {
    journals: new JournalStore(scope.sql),
    items: new ItemStore(scope.sql),
    batches: new BatchStore(scope.sql),
    balances: new BalanceStore(scope.sql),
    events: new EventLog(scope, parts.ids, parts.clock, parts.announce),
  };
}
