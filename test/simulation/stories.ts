import type { Payment } from '#domain';
import type { World } from './world.ts';

/** What happened to each payment, for whoever looks for the reason. */
export function storiesOf(world: World): string {
  return [...world.database.tables.payments.values()].map((payment) => storyOf(world, payment)).join('\n');
}

function storyOf({ database, acquirers, clients, people }: World, { id, state, captureMethod }: Payment): string {
  const { attempts, sagas } = database.tables;
  const asked = clients.heard
    .filter(({ paymentId }) => paymentId === id)
    .map(({ asked: { do: what, key }, answer }) => `${key} ${what} ${answer.kind}`);
  const events = database.log
    .filter(({ paymentId }) => paymentId === id)
    .map(({ type }) => type.replace('payment.', ''));
  const tried = [...attempts.values()]
    .filter(({ paymentId }) => paymentId === id)
    .map(
      ({ number, operation, acquirer, amount, state: came }) =>
        `${number} ${operation} ${amount.minor} ${acquirer} ${came}`,
    );
  const done = acquirers
    .flatMap(({ deeds }) => [...deeds.values()])
    .filter(({ reference }) => reference === id)
    .map(({ operation, amountMinor, answer }) => `${operation} ${amountMinor} ${answer.type}`);
  const disputed = acquirers
    .flatMap(({ disputes }) => disputes.all)
    .filter(({ reference }) => reference === id)
    .map(({ name, amountMinor, outcome }) => `${name} ${amountMinor} ${outcome ?? 'open'}`);
  const words = people.words
    .filter(({ command }) => command.paymentId === id)
    .map(({ command: { attemptNumber, outcome }, answer }) => `${attemptNumber} ${outcome} ${answer.ok ? 'ok' : 'no'}`);
  const open = [...sagas.values()]
    .filter(({ key }) => key.paymentId === id)
    .map(({ saga: { kind, step, stuckAt } }) => `${kind} ${step} ${stuckAt ?? ''}`);
  return [`${id} ${captureMethod} ${state}`, asked, events, tried, done, disputed, words, open]
    .map(String)
    .join('\n  ');
}
