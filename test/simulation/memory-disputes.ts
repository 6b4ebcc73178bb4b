import type { DisputeStore } from '#persistence';
import type { MemoryTransaction } from './memory-database.ts';

export type MemoryDisputes = Pick<
  DisputeStore,
  'findAtAcquirer' | 'add' | 'close' | 'keepEarlyOutcome' | 'earlyOutcome'
>;

export function disputesOn(transaction: MemoryTransaction): MemoryDisputes {
  const nameOf = ({ acquirer, acquirerDispute }: { acquirer: string; acquirerDispute: string }): string =>
    `${acquirer} ${acquirerDispute}`;
  return {
    findAtAcquirer: async (named) => {
      await transaction.statement();
      return transaction.read('disputes', nameOf(named));
    },
    add: async ({ merchantId, id: paymentId }, dispute) => {
      const name = nameOf(dispute);
      await transaction.lock(`disputes ${name}`);
      if (transaction.read('disputes', name) !== undefined) throw new Error(`There are two rows for ${name}.`);
      transaction.write('disputes', name, { merchantId, paymentId, dispute });
    },
    close: async ({ merchantId, id: paymentId }, dispute) => {
      await transaction.statement();
      transaction.write('disputes', nameOf(dispute), { merchantId, paymentId, dispute });
    },
    keepEarlyOutcome: async (_payment, named, outcome) => {
      const name = nameOf(named);
      await transaction.lock(`earlyOutcomes ${name}`);
      if (transaction.read('earlyOutcomes', name) === undefined) transaction.write('earlyOutcomes', name, outcome);
    },
    earlyOutcome: async (_payment, named) => {
      await transaction.statement();
      return transaction.read('earlyOutcomes', nameOf(named));
    },
  };
}
