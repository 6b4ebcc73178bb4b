import { beginCharge, uuidOf } from '#domain';
import type { DueSaga, SagaStore } from '#persistence';
import type { MemoryDatabase, MemorySaga, MemoryTransaction } from './memory-database.ts';

export type MemorySagas = Pick<SagaStore, 'beginCharges' | 'find' | 'about' | 'save'>;

export function sagasOn(transaction: MemoryTransaction): MemorySagas {
  return {
    beginCharges: async (payments, deadlineMs) => {
      for (const { merchantId, paymentId, captureMethod } of payments) {
        const id = uuidOf(paymentId);
        // Somebody may be beginning it just now; what is there stays.
        await transaction.lock(`sagas ${id}`);
        if (transaction.read('sagas', id) !== undefined) continue;
        transaction.write('sagas', id, {
          key: { merchantId, paymentId, id },
          saga: beginCharge(captureMethod),
          operationId: null,
          attemptId: null,
          epoch: 0,
          action: 'decide_without_risk',
          nextRunAt: new Date(transaction.now.getTime() + deadlineMs),
        });
      }
    },
    find: async (keys) => {
      await transaction.statement();
      return new Map(
        keys.flatMap(({ id }) => {
          const saga = transaction.read('sagas', id);
          return saga === undefined ? [] : [[id, saga] as const];
        }),
      );
    },
    about: async (attempts) => {
      await transaction.statement();
      const wanted = new Set(attempts.map(({ attemptId }) => attemptId));
      return new Map(
        transaction
          .all('sagas')
          .flatMap(({ attemptId, key }) =>
            attemptId !== null && wanted.has(attemptId) ? [[attemptId, key] as const] : [],
          ),
      );
    },
    save: async (sagas) => {
      for (const { stored, next } of sagas) {
        await transaction.lock(`sagas ${stored.key.id}`);
        const before = transaction.read('sagas', stored.key.id);
        transaction.write('sagas', stored.key.id, {
          ...stored,
          epoch: before === undefined ? 0 : before.epoch + 1,
          action: next?.action ?? null,
          nextRunAt: next === null ? null : new Date(transaction.now.getTime() + next.afterMs),
        });
      }
    },
  };
}

/** Sagas whose time has come and whose rows nobody holds, taken for so long. One statement is one transaction. */
export function takeDueSagas(database: MemoryDatabase, now: Date, leaseMs: number): DueSaga[] {
  const due = [...database.tables.sagas.values()].filter((saga) => isDue(database, saga, now));
  return due.flatMap((saga) => {
    if (saga.action === null) return [];
    const epoch = saga.epoch + 1;
    database.tables.sagas.set(saga.key.id, { ...saga, epoch, nextRunAt: new Date(now.getTime() + leaseMs) });
    return [{ key: saga.key, action: saga.action, epoch }];
  });
}

export function isDue(database: MemoryDatabase, { key, nextRunAt }: MemorySaga, now: Date): boolean {
  return nextRunAt !== null && nextRunAt <= now && database.holderOf(`sagas ${key.id}`) === undefined;
}
