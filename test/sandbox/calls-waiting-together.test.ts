import { describe, expect } from 'vitest';
import { AtOnce, authorization, capture, keyTaken } from './support/at-once.ts';
import { test } from './support/sandbox-test.ts';

const lockOfHoldA = `SELECT FROM sandbox.hold WHERE reference = 'a' FOR UPDATE`;

describe('captures that wait together', () => {
  test('are judged by the time at which their holds are locked', async ({ databases }) => {
    const stage = await AtOnce.start(databases);
    const holds = ['first', 'a', 'b'].map((key) => authorization(key, { cardToken: 'tok_auth_expires' }));
    await stage.oneByOne(holds);
    const requests = holds.map((hold) => capture(`capture-${hold.key}`, hold));
    const heard = await stage.behindALock(lockOfHoldA, requests, () => stage.clock.advance(5_000));

    expect(heard).toMatchObject([
      { answer: { status: 'approved' } },
      { answer: { declineCode: 'authorization_expired' } },
      { answer: { declineCode: 'authorization_expired' } },
    ]);
  });

  test('whose connection breaks are unclear, are not tried again, and can be asked again', async ({ databases }) => {
    const stage = await AtOnce.start(databases);
    const holds = ['first', 'a', 'b'].map((key) => authorization(key));
    await stage.oneByOne(holds);
    const requests = holds.map((hold) => capture(`capture-${hold.key}`, hold));
    const heard = await stage.behindALock(lockOfHoldA, requests, () =>
      stage.owner.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      ),
    );

    const unclear = { failed: expect.stringMatching(/terminat/) };
    expect(heard).toMatchObject([{ answer: { status: 'approved' } }, unclear, unclear]);
    expect(await stage.totals()).toMatchObject({ totals: [{ captured: { count: 1 } }] });
    expect(await stage.atOnce(requests)).toMatchObject(requests.map(() => ({ answer: { status: 'approved' } })));
  });
});

/** Whoever takes rows in one order for all never waits for another in a circle. */
describe('other calls are waited for', () => {
  const approved = { answer: { status: 'approved' } };
  const holds = ['first', 'z', 'b'].map((key) => authorization(key));

  test('key by key in their order, by authorizations', async ({ databases }) => {
    const stage = await AtOnce.start(databases);
    const heard = await stage.behindALock(keyTaken('b'), holds, () => stage.expectFreeKey('z'));
    expect(heard).toMatchObject([approved, approved, approved]);
  });

  test('key by key in their order, by captures, and before any hold is locked', async ({ databases }) => {
    const stage = await AtOnce.start(databases);
    await stage.oneByOne(holds);
    const captures = holds.map((hold) => capture(`capture-${hold.key}`, hold));
    const heard = await stage.behindALock(keyTaken('capture-b'), captures, async () => {
      await stage.expectFreeKey('capture-z');
      await stage.expectFreeHolds('z', 'b');
    });
    expect(heard).toMatchObject([approved, approved, approved]);
  });

  test('hold by hold in their order', async ({ databases }) => {
    const stage = await AtOnce.start(databases);
    await stage.oneByOne(holds);
    const captures = holds.map((hold) => capture(`capture-${hold.key}`, hold));
    // The id of its authorization comes before that of the other one.
    const lock = `SELECT FROM sandbox.hold WHERE reference = 'b' FOR UPDATE`;
    const heard = await stage.behindALock(lock, captures, () => stage.expectFreeHolds('z'));
    expect(heard).toMatchObject([approved, approved, approved]);
  });
});
