import { beginCharge, uuidOf, type Attempt, type Payment, type PaymentId } from '#domain';
import type {
  AttemptStore,
  CallbackStore,
  DueSaga,
  MovementStore,
  PaymentStore,
  SagaStore,
  UnitOfWork,
} from '#persistence';
import type { IdempotencyStore } from '../../apps/api/src/stores/idempotency-store.ts';
import type { Answer } from '../../apps/api/src/use-cases/answer.ts';
import type { MemoryDatabase, MemoryEvent, MemorySaga, MemoryTransaction } from './memory-database.ts';
import type { SimulatedProcess } from './scheduler.ts';

/** What the use-cases under simulation ask of their stores. */
export interface MemoryStores {
  readonly payments: Pick<PaymentStore, 'lock' | 'lockAll' | 'save' | 'saveAll' | 'enlarge'>;
  readonly movements: Pick<MovementStore, 'addCaptures' | 'addRefund' | 'addIncrease' | 'find' | 'end'>;
  readonly attempts: Pick<AttemptStore, 'of' | 'ownerOf' | 'save'>;
  readonly sagas: Pick<SagaStore, 'beginCharges' | 'find' | 'about' | 'save'>;
  readonly callbacks: Pick<CallbackStore, 'note'>;
  readonly idempotency: Pick<IdempotencyStore, 'replay' | 'recordEffect' | 'recordRefusal'>;
}

/** As the real one: all of it or nothing, and effects only behind a commit. */
export function memoryUnitOfWork(database: MemoryDatabase, process: SimulatedProcess): Pick<UnitOfWork<object>, 'run'> {
  return {
    run: async (work) => {
      const transaction = database.begin(process);
      const afterCommit = (effect: () => void): void => transaction.afterCommit(effect);
      try {
        await transaction.statement();
        const result = await work({ ...memoryStores(transaction), transaction, afterCommit } as never);
        await transaction.commit();
        return result;
      } catch (error) {
        transaction.rollBack();
        throw error;
      }
    },
  };
}

function memoryStores(transaction: MemoryTransaction): MemoryStores {
  const payments = paymentsOn(transaction);
  return {
    payments,
    movements: movementsOn(transaction),
    attempts: attemptsOn(transaction),
    sagas: sagasOn(transaction),
    callbacks: {
      note: async (acquirer, id) => {
        await transaction.statement();
        return takeOnce(transaction, `${acquirer} ${id}`);
      },
    },
    idempotency: keysOn(transaction),
  };
}

/** False when somebody has taken it before. Waits for whoever is just taking it. */
export async function takeOnce(transaction: MemoryTransaction, key: string): Promise<boolean> {
  await transaction.lock(`taken ${key}`);
  if (transaction.read('taken', key) === true) return false;
  transaction.write('taken', key, true);
  return true;
}

function paymentsOn(transaction: MemoryTransaction): MemoryStores['payments'] {
  const lockAll: PaymentStore['lockAll'] = async (keys) => {
    const found = new Map<PaymentId, Payment>();
    for (const id of [...new Set(keys.map((key) => key.id))].sort()) {
      await transaction.lock(`payments ${id}`);
      const payment = transaction.read('payments', id);
      if (payment !== undefined) found.set(id, payment);
    }
    return found;
  };
  const saveAll: PaymentStore['saveAll'] = async (changes) => {
    await transaction.statement();
    return changes.map(({ payment, facts }) => {
      const saved = { ...payment, version: payment.version + facts.length, updatedAt: transaction.now };
      transaction.write('payments', payment.id, saved);
      transaction.append(
        ...facts.map((fact, index): MemoryEvent => ({
          id: `${payment.id} ${payment.version + index + 1}`,
          merchantId: payment.merchantId,
          paymentId: payment.id,
          version: payment.version + index + 1,
          type: fact.type,
          data: fact.data,
        })),
      );
      return saved;
    });
  };
  return {
    lock: async (merchantId, id) => (await lockAll([{ merchantId, id }])).get(id),
    lockAll,
    saveAll,
    save: async (payment, facts) => (await saveAll([{ payment, facts, risk: undefined }]))[0] ?? payment,
    // The amount is part of what `saveAll` writes here.
    enlarge: () => transaction.statement(),
  };
}

function movementsOn(transaction: MemoryTransaction): MemoryStores['movements'] {
  return {
    addCaptures: async (captures) => {
      await transaction.statement();
      for (const { payment, capture } of captures) {
        const { id, amountMinor, final } = capture;
        const movement = { id, amountMinor, final, kind: 'capture', paymentId: payment.id, status: 'pending' } as const;
        transaction.write('movements', uuidOf(id), movement);
      }
    },
    addRefund: async (payment, { id, amountMinor }) => {
      await transaction.statement();
      const refund = {
        id,
        amountMinor,
        final: true,
        kind: 'refund',
        paymentId: payment.id,
        status: 'pending',
      } as const;
      transaction.write('movements', uuidOf(id), refund);
    },
    addIncrease: async (payment, { id, amountMinor }) => {
      await transaction.statement();
      const increase = {
        id,
        amountMinor,
        final: true,
        kind: 'increase',
        paymentId: payment.id,
        status: 'pending',
      } as const;
      transaction.write('movements', uuidOf(id), increase);
    },
    find: async (keys) => {
      await transaction.statement();
      return new Map(
        keys.flatMap(({ uuid }) => {
          const movement = transaction.read('movements', uuid);
          return movement === undefined ? [] : [[uuid, movement] as const];
        }),
      );
    },
    end: async (ends) => {
      await transaction.statement();
      for (const { uuid, status } of ends) {
        const movement = transaction.read('movements', uuid);
        if (movement !== undefined) transaction.write('movements', uuid, { ...movement, status });
      }
    },
  };
}

function attemptsOn(transaction: MemoryTransaction): MemoryStores['attempts'] {
  const ofPayment = (payment: Payment): Attempt[] =>
    transaction
      .all('attempts')
      .filter(({ paymentId }) => paymentId === payment.id)
      .sort((one, other) => one.number - other.number);
  return {
    of: async (payments) => {
      await transaction.statement();
      return new Map(payments.map((payment) => [payment.id, ofPayment(payment)]));
    },
    ownerOf: async (id) => {
      await transaction.statement();
      const attempt = transaction.read('attempts', id);
      const payment = attempt && transaction.read('payments', attempt.paymentId);
      return payment && { merchantId: payment.merchantId, paymentId: payment.id };
    },
    save: async (attempts) => {
      await transaction.statement();
      for (const { payment, attempt } of attempts) {
        transaction.write('attempts', attempt.id, { ...attempt, paymentId: payment.id });
      }
    },
  };
}

function sagasOn(transaction: MemoryTransaction): MemoryStores['sagas'] {
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

function keysOn(transaction: MemoryTransaction): MemoryStores['idempotency'] {
  const record = async (name: string, fingerprint: Buffer, answer: Answer): Promise<boolean> => {
    await transaction.lock(`keys ${name}`);
    if (transaction.read('keys', name) !== undefined) return false;
    transaction.write('keys', name, { fingerprint: fingerprint.toString('hex'), answer });
    return true;
  };
  return {
    replay: async ({ operation, key, fingerprint }) => {
      await transaction.statement();
      const known = transaction.read('keys', `${operation} ${key}`);
      if (known === undefined) return undefined;
      if (known.fingerprint !== fingerprint.toString('hex'))
        throw new Error('The simulated clients never change an input.');
      return { ...known.answer, replayed: true };
    },
    recordEffect: ({ operation, key, fingerprint }, paymentId, operationId) =>
      record(`${operation} ${key}`, fingerprint, { kind: 'accepted', replayed: false, paymentId, operationId }),
    recordRefusal: ({ operation, key, fingerprint }, refusal) =>
      record(`${operation} ${key}`, fingerprint, { kind: 'refused', replayed: false, refusal }),
  };
}
