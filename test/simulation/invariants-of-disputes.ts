import type { Dispute, Payment } from '#domain';
import type { MemoryEvent } from './memory-database.ts';
import type { World } from './world.ts';

/** We know the acquirers' disputes as they are, tell of each opening and outcome once, and refund nothing beside them. */
export function ofItsDisputes({ acquirers, database }: World, { id, balance }: Payment): string[] {
  const told = acquirers.flatMap(({ disputes }) => disputes.all).filter(({ reference }) => reference === id);
  const known = [...database.tables.disputes.values()].filter(({ paymentId }) => paymentId === id);
  const ours = known.map(({ dispute }) => dispute);
  const theirLines = told.map(({ name, amountMinor, outcome }) => `${name}: ${amountMinor} ${outcome ?? 'opened'}`);
  const ourLines = ours.map(({ acquirerDispute, amount, status }) => `${acquirerDispute}: ${amount.minor} ${status}`);
  const sum = (status: Dispute['status']): bigint =>
    ours.filter((dispute) => dispute.status === status).reduce((total, { amount }) => total + amount.minor, 0n);
  const story = database.log.filter(({ paymentId }) => paymentId === id);
  return [
    ...theirLines.filter((line) => !ourLines.includes(line)).map((line) => `an acquirer knows ${line}, and we do not`),
    ...ourLines.filter((line) => !theirLines.includes(line)).map((line) => `we know ${line}, and no acquirer does`),
    ...(balance.disputed === sum('opened')
      ? []
      : [`${balance.disputed} disputed, but its disputes are ${sum('opened')}`]),
    ...(balance.chargedBack === sum('lost') ? [] : [`${balance.chargedBack} charged back, but it lost ${sum('lost')}`]),
    ...ours.flatMap((dispute) => ofItsTelling(dispute, story)),
    ...ofItsRefunds(story),
  ];
}

function ofItsTelling({ id, status }: Dispute, story: readonly MemoryEvent[]): string[] {
  const told = story.filter(({ data }) => data['disputeId'] === id).map(({ type }) => type);
  const expected = ['payment.dispute_opened', ...(status === 'opened' ? [] : [`payment.dispute_${status}`])];
  return told.join(' ') === expected.join(' ') ? [] : [`${id} is ${status}, and the log tells ${told.join(' ')}`];
}

/** By the log alone: what was given back, may have been or is about to be, in its order. */
function ofItsRefunds(story: readonly MemoryEvent[]): string[] {
  let open = 0;
  let captured = 0;
  let chargedBack = 0;
  let refunded = 0;
  const broken: string[] = [];
  for (const { type, data, version } of story) {
    const amount = Number(data['amount'] ?? 0);
    if (type === 'payment.captured') captured += amount;
    if (type === 'payment.dispute_opened') open += 1;
    if (type === 'payment.dispute_won' || type === 'payment.dispute_lost') open -= 1;
    if (type === 'payment.dispute_lost') chargedBack += amount;
    if (type === 'payment.refund_failed') refunded -= amount;
    if (type !== 'payment.refund_requested') continue;
    refunded += amount;
    if (open > 0) broken.push(`a refund was begun beside an open dispute (version ${version})`);
    if (refunded + chargedBack > captured)
      broken.push(`a refund of what was charged back was begun (version ${version})`);
  }
  return broken;
}
