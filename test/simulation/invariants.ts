import { isFinished, type AttemptId, type Payment } from '#domain';
import { ofItsCustomer } from './invariants-of-challenges.ts';
import { ofItsDisputes } from './invariants-of-disputes.ts';
import { ofItsWords } from './invariants-of-words.ts';
import type { MemoryMovement } from './memory-database.ts';
import type { Hold } from './simulated-holds.ts';
import type { World } from './world.ts';

/** What is wrong when everything has come to rest, one line each; empty when all promises were kept. */
export function brokenPromises(world: World): string[] {
  const { payments } = world.database.tables;
  return [...payments.values()].flatMap((payment) =>
    [
      ...ofItsWork(world, payment),
      ...ofItsMoney(world, payment),
      ...ofItsTruth(world, payment),
      ...ofItsStory(world, payment),
      ...ofItsClient(world, payment),
      ...ofItsCustomer(world, payment),
      ...ofItsDisputes(world, payment),
      ...ofItsWords(world, payment),
    ].map((line) => `${payment.id} (${payment.state}): ${line}`),
  );
}

const ended = ['captured', 'partially_refunded', 'refunded', 'voided', 'expired', 'declined', 'failed'];

/** Nobody is left at it, and it is where payments end. */
function ofItsWork({ database }: World, payment: Payment): string[] {
  const sagas = [...database.tables.sagas.values()].filter(({ key }) => key.paymentId === payment.id);
  const attempts = [...database.tables.attempts.values()].filter(({ paymentId }) => paymentId === payment.id);
  const open = sagas.filter(({ saga }) => saga.step !== 'ended');
  return [
    ...open.map(({ saga }) => `its ${saga.kind} is still ${saga.step}`),
    ...attempts
      .filter((attempt) => !isFinished(attempt))
      .map(({ number, state }) => `its attempt ${number} is still ${state}`),
    ...(ended.includes(payment.state) ? [] : ['it has not ended']),
  ];
}

/** The guard row is the sum of its parts, and nothing of the hold is left. */
function ofItsMoney({ database }: World, { id, balance }: Payment): string[] {
  const movements = [...database.tables.movements.values()].filter(({ paymentId }) => paymentId === id);
  const sum = (kind: MemoryMovement['kind']): bigint => sumOf(movements.filter((movement) => movement.kind === kind));
  const { authorized, captured, voided, refunded, capturePending, refundPending, voidPending } = balance;
  const pending = capturePending + refundPending + voidPending + balance.increasePending;
  return [
    ...(captured === sum('capture') ? [] : [`${captured} captured, but its captures are ${sum('capture')}`]),
    ...(refunded === sum('refund') ? [] : [`${refunded} refunded, but its refunds are ${sum('refund')}`]),
    ...(pending === 0n ? [] : ['something is still pending']),
    ...(authorized === captured + voided ? [] : [`of ${authorized} held, ${captured} + ${voided} are accounted for`]),
    ...movements.filter(({ status }) => status === 'pending').map((open) => `${open.id} is still pending`),
  ];
}

/** The acquirers did what our attempts say, took what we say was taken, and hold nothing any more. */
function ofItsTruth(world: World, payment: Payment): string[] {
  const { acquirers, database } = world;
  const attempts = [...database.tables.attempts.values()].filter(({ paymentId }) => paymentId === payment.id);
  const ours = attempts
    .filter(({ state }) => state === 'approved' || state === 'approved_late')
    .map(({ id, operation, amount }) => `${operation} ${amount.minor} as ${id}`);
  const theirs = acquirers
    .flatMap(({ deeds }) => [...deeds.values()])
    .filter(({ reference, answer }) => reference === payment.id && answer.type === 'approved')
    .filter(({ key }) => !wasCalledOff(world, key))
    .map(({ operation, amountMinor, key }) => `${operation} ${amountMinor} as ${key}`);
  const holds = acquirers
    .flatMap(({ holds: { all } }) => [...all.values()])
    .filter(({ reference }) => reference === payment.id);
  const total = (of: (hold: Hold) => bigint): bigint => holds.reduce((sum, hold) => sum + of(hold), 0n);
  const captured = total((hold) => hold.capturedMinor);
  const refunded = total((hold) => hold.refundedMinor);
  return [
    ...theirs.filter((deed) => !ours.includes(deed)).map((deed) => `an acquirer did ${deed}, and we do not know`),
    ...ours.filter((deed) => !theirs.includes(deed)).map((deed) => `we believe in ${deed}, and no acquirer did it`),
    ...holds.filter(({ isOver }) => !isOver).map(() => 'an acquirer still holds money for it'),
    ...(captured === payment.balance.captured
      ? []
      : [`acquirers took ${captured}, we say ${payment.balance.captured}`]),
    ...(refunded === payment.balance.refunded
      ? []
      : [`acquirers gave back ${refunded}, we say ${payment.balance.refunded}`]),
  ];
}

/** The customer accepted while we called it off: the void has found the hold, and for us there never was one. */
function wasCalledOff({ acquirers, database }: World, key: AttemptId): boolean {
  const attempt = database.tables.attempts.get(key);
  if (attempt?.declineCode !== 'authentication_expired') return false;
  return acquirers.some(({ holds }) =>
    [...holds.challenges.values()].some((challenge) => {
      const hold = holds.all.get(challenge.authorization);
      return challenge.key === key && hold?.isOver === true && hold.capturedMinor === 0n;
    }),
  );
}

/** The log tells each version once, in order, and of all the money. */
function ofItsStory({ database }: World, { id, version, balance }: Payment): string[] {
  const events = database.log.filter(({ paymentId }) => paymentId === id);
  const amount = (type: string): bigint =>
    events.filter((event) => event.type === type).reduce((sum, { data }) => sum + BigInt(Number(data['amount'])), 0n);
  return [
    ...(events.every((event, index) => event.version === index + 1) && events.length === version
      ? []
      : [`its versions are ${events.map((event) => event.version).join(' ')}`]),
    ...(amount('payment.captured') === balance.captured ? [] : ['the log tells of other captures']),
    ...(amount('payment.refunded') === balance.refunded ? [] : ['the log tells of other refunds']),
  ];
}

/** What was acknowledged is there, once for its key; what was refused is not. */
function ofItsClient({ clients: { heard }, database }: World, { id }: Payment): string[] {
  const answers = heard.filter(({ paymentId }) => paymentId === id);
  const operations = new Map<string, Set<string>>();
  for (const { asked, answer } of answers) {
    const said = answer.kind === 'refused' ? `refused: ${answer.refusal.message}` : (answer.operationId ?? 'accepted');
    operations.set(asked.key, (operations.get(asked.key) ?? new Set()).add(said));
  }
  const promised = new Set(
    answers.flatMap(({ answer }) => (answer.kind === 'accepted' ? (answer.operationId ?? []) : [])),
  );
  const made = [...database.tables.movements.values()].filter(({ paymentId }) => paymentId === id);
  const automatic = 1;
  const unasked = made.filter((movement) => !promised.has(movement.id as never));
  return [
    ...[...operations]
      .filter(([, said]) => said.size > 1)
      .map(([key, said]) => `${key} was answered in ${said.size} ways`),
    ...[...promised]
      .filter((operation) => !made.some((movement) => movement.id === operation))
      .map((lost) => `${lost} is lost`),
    ...(unasked.length > automatic ? [`${unasked.length} movements that nobody asked for`] : []),
  ];
}

function sumOf(movements: readonly MemoryMovement[]): bigint {
  return movements
    .filter(({ status }) => status === 'succeeded')
    .reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
}
