import { describe, expect, test } from 'vitest';
import type { PaymentThere } from './payment-there.ts';

/** What no acquirer does, and how much of it each does. */
export function limitsConform(payment: () => PaymentThere): void {
  const declined = (code: string): object => ({ type: 'declined', code });
  const approved = (amountMinor: bigint): object => ({ type: 'approved', amountMinor });

  describe('limits', () => {
    test('parts are captured up to what was authorized', async () => {
      const there = await payment().authorized(1_000n);
      expect(await there.send('capture', 400n, { final: false })).toMatchObject(approved(400n));
      expect(await there.send('capture', 601n, { final: false })).toMatchObject(
        declined('amount_exceeds_authorization'),
      );
      expect(await there.send('capture', 100n, { final: false })).toMatchObject(approved(100n));
      expect(await there.send('capture', 500n)).toMatchObject(approved(500n));
    });

    test('a final capture closes what it leaves', async () => {
      const there = await payment().authorized(1_000n);
      expect(await there.send('capture', 400n)).toMatchObject(approved(400n));
      expect(await there.send('capture', 100n)).toMatchObject(declined('authorization_closed'));
    });

    test('nothing is captured after a void', async () => {
      const there = await payment().authorized(1_000n);
      expect(await there.send('void', 1_000n)).toMatchObject({ type: 'approved' });
      expect(await there.send('capture', 1_000n)).toMatchObject(declined('authorization_voided'));
      expect(await there.send('void', 1_000n)).toMatchObject(declined('authorization_voided'));
    });

    test('what was captured is not voided', async () => {
      const there = await payment().captured(1_000n);
      expect(await there.send('void', 1_000n)).toMatchObject(declined('authorization_captured'));
    });

    test('a void after a partial capture lets the rest go, once', async () => {
      const there = await payment().authorized(1_000n);
      await there.send('capture', 400n, { final: false });
      expect(await there.send('void', 600n)).toMatchObject({ type: 'approved' });
      expect(await there.send('capture', 1n)).toMatchObject({ type: 'declined' });
      expect(await there.send('refund', 400n)).toMatchObject(approved(400n));
    });

    test('parts are refunded up to what was captured', async () => {
      const there = await payment().captured(1_000n);
      expect(await there.send('refund', 400n)).toMatchObject(approved(400n));
      expect(await there.send('refund', 601n)).toMatchObject(declined('amount_exceeds_capture'));
      expect(await there.send('refund', 600n)).toMatchObject(approved(600n));
      expect(await there.send('refund', 1n)).toMatchObject(declined('amount_exceeds_capture'));
    });

    test('nothing is refunded that was not captured', async () => {
      const there = await payment().authorized(1_000n);
      expect(await there.send('refund', 1n)).toMatchObject(declined('amount_exceeds_capture'));
    });

    test('an authorization is increased while it holds', async () => {
      const there = await payment().authorized(1_000n);
      expect(await there.send('increase', 300n)).toMatchObject(approved(300n));
      expect(await there.send('increase', 200n)).toMatchObject(approved(200n));
      expect(await there.send('capture', 1_500n)).toMatchObject(approved(1_500n));
      expect(await there.send('increase', 1n)).toMatchObject(declined('authorization_closed'));
    });

    test('a voided authorization is not increased', async () => {
      const there = await payment().authorized(1_000n);
      await there.send('void', 1_000n);
      expect(await there.send('increase', 300n)).toMatchObject(declined('authorization_voided'));
    });
  });
}
