import { idOf, invariant, uuidOf, type Attempt, type Balance, type Payment, type PaymentId } from '#domain';
import type { AttemptStore, CallbackStore, MovementStore, PaymentStore, UnitOfWork } from '#persistence';
import { HandWordStore } from '../../apps/api/src/stores/hand-word-store.ts';
import type { IdempotencyStore } from '../../apps/api/src/stores/idempotency-store.ts';
import type { ReviewStore } from '../../apps/api/src/stores/review-store.ts';
import type { Answer } from '../../apps/api/src/use-cases/answer.ts';
import type { MemoryDatabase, MemoryEvent, MemoryMovement, MemoryTransaction } from './memory-database.ts';
import { disputesOn, type MemoryDisputes } from './memory-disputes.ts';
import { sagasOn, type MemorySagas } from './memory-sagas.ts';
import type { SimulatedProcess } from './scheduler.ts';

/** What the use-cases under simulation ask of their stores. */
export interface MemoryStores {
  readonly payments: Pick<PaymentStore, 'lock' | 'lockAll' | 'save' | 'saveAll' | 'enlarge'>;
  readonly movements: Pick<MovementStore, 'addCaptures' | 'addRefund' | 'addIncrease' | 'find' | 'end'>;
  readonly attempts: Pick<AttemptStore, 'of' | 'ownerOf' | 'ownerOfAuthorization' | 'save'>;
  readonly sagas: MemorySagas;
  readonly disputes: MemoryDisputes;
  readonly callbacks: Pick<CallbackStore, 'note'>;
  readonly idempotency: Pick<IdempotencyStore, 'replay' | 'recordEffect' | 'recordRefusal'>;
  readonly reviews: Pick<ReviewStore, 'merchantOf'>;
  readonly handWords: HandWordStore;
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
        if (isRejection(result)) transaction.rollBack();
        else await transaction.commit();
        return result;
      } catch (error) {
        transaction.rollBack();
        throw error;
      }
    },
  };
}

function isRejection(result: unknown): boolean {
  return typeof result === 'object' && result !== null && 'ok' in result && result.ok === false;
}

function memoryStores(transaction: MemoryTransaction): MemoryStores {
  const payments = paymentsOn(transaction);
  return {
    payments,
    movements: movementsOn(transaction),
    attempts: attemptsOn(transaction),
    sagas: sagasOn(transaction),
    disputes: disputesOn(transaction),
    callbacks: {
      note: async (acquirer, id) => {
        await transaction.statement();
        return takeOnce(transaction, `${acquirer} ${id}`);
      },
    },
    idempotency: keysOn(transaction),
    reviews: {
      merchantOf: async (paymentId) => {
        await transaction.statement();
        return transaction.read('payments', paymentId)?.merchantId;
      },
    },
    handWords: new HandWordStore(handWordsOf(transaction)),
  };
}

/** False when somebody has taken it before. Waits for whoever is just taking it. */
export async function takeOnce(transaction: MemoryTransaction, key: string): Promise<boolean> {
  await transaction.lock(`taken ${key}`);
  if (transaction.read('taken', key) === true) return false;
  transaction.write('taken', key, true);
  return true;
}

/** Rows for the one query of the real store, newest first; what they mean is for that store to say. */
function handWordsOf(transaction: MemoryTransaction): ConstructorParameters<typeof HandWordStore>[0] {
  const query = async (_sql: string, [uuid]: readonly unknown[]): Promise<object[]> => {
    await transaction.statement();
    return transaction
      .storyOf(idOf('pay', String(uuid)))
      .filter(({ type }) => type === 'payment.settled_by_hand' || type === 'payment.needs_person')
      .map(({ type, data }) => ({ type, payload: JSON.stringify(data) }))
      .toReversed();
  };
  return { query } as never;
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
      checkGuardRow(payment.balance);
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

/** As the constraints of the table. */
function checkGuardRow(balance: Balance): void {
  const { authorized, capturePending, captured, refundPending, refunded, voided, disputed, chargedBack } = balance;
  const isWhole =
    Object.values(balance).every((minor) => minor >= 0n) &&
    capturePending + captured + voided <= authorized &&
    refundPending + refunded <= captured &&
    disputed + chargedBack <= authorized;
  invariant(isWhole, 'a guard row keeps within its constraints');
}

function movementsOn(transaction: MemoryTransaction): MemoryStores['movements'] {
  const add = ({ id: paymentId }: Payment, movement: Omit<MemoryMovement, 'paymentId' | 'status'>): void =>
    transaction.write('movements', uuidOf(movement.id as PaymentId), { ...movement, paymentId, status: 'pending' });
  return {
    addCaptures: async (captures) => {
      await transaction.statement();
      for (const { payment, capture } of captures) {
        const { id, amountMinor, final } = capture;
        add(payment, { id, amountMinor, final, kind: 'capture' });
      }
    },
    addRefund: async (payment, { id, amountMinor }) => {
      await transaction.statement();
      add(payment, { id, amountMinor, final: true, kind: 'refund' });
    },
    addIncrease: async (payment, { id, amountMinor }) => {
      await transaction.statement();
      add(payment, { id, amountMinor, final: true, kind: 'increase' });
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
    ownerOfAuthorization: async (acquirer, reference) => {
      await transaction.statement();
      const attempt = transaction
        .all('attempts')
        .find(
          (one) => one.acquirerReference === reference && one.acquirer === acquirer && one.operation === 'authorize',
        );
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
