import type { CallbackReceiver } from './callback-receiver.ts';
import { fieldOf } from './sandbox.ts';
import type { Sandbox } from './sandbox.ts';

/** Longer than anything that a sandbox has in mind. */
const monthMs = 30 * 86_400_000;

/**
 * How many callbacks there are in all. Whatever was still to come is let happen, and then something is called back that
 * is sure to come, behind all of it: nothing has to be waited for that never comes.
 */
export async function andThenNothing(sandbox: Sandbox, receiver: CallbackReceiver): Promise<number> {
  sandbox.clock.advance(monthMs);
  const key = `last-of-${receiver.received.length}`;
  await sandbox.authorized('tok_duplicate_answer', { key });
  const isLast = (data: unknown): boolean => fieldOf(data, 'idempotencyKey') === key;
  while (receiver.received.filter(({ data }) => isLast(data)).length < 2) await receiver.next();
  return receiver.received.filter(({ data }) => !isLast(data)).length;
}
