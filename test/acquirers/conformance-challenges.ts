import { describe, expect, test } from 'vitest';
import type { AcquirerAnswer } from '../../apps/orchestrator/src/acquirers/acquirer.ts';
import type { AttemptId } from '#domain';
import { find, type PaymentThere } from './payment-there.ts';
import type { Running, SignedCallback } from './connectors/connector.ts';

const returnUrl = 'https://shop.example/back?order=1';

/** A callback older than five minutes was caught and is sent again by somebody. */
const tooOldMs = 6 * 60_000;

interface Challenged {
  readonly there: PaymentThere;
  readonly key: AttemptId;
  readonly redirectUrl: string;
}

/** Customers who are asked by their bank, and acquirers who tell us unasked. */
export function challengesConform(running: () => Running, payment: (cardToken: string) => PaymentThere): void {
  async function challenged(): Promise<Challenged> {
    const there = payment('tok_3ds_required');
    const key = running().ids.next('att');
    const answer: AcquirerAnswer = await there.send('authorize', 1_000n, { key, returnUrl });
    if (answer.type !== 'action_required') throw new Error(`no challenge but ${JSON.stringify(answer)}`);
    there.authorization = answer.reference;
    return { there, key, redirectUrl: answer.redirectUrl };
  }

  describe('a challenge', () => {
    test('is found until it is decided, and approved when it was accepted', async () => {
      const { there, key, redirectUrl } = await challenged();
      expect(await find(running().acquirer, key)).toMatchObject({ type: 'action_required', redirectUrl });
      await running().answerChallenge(redirectUrl, 'accept');
      const found = await find(running().acquirer, key);
      expect(found).toMatchObject({ type: 'approved', reference: there.authorization, amountMinor: 1_000n });
      expect(await there.send('capture', 1_000n)).toMatchObject({ type: 'approved' });
    });

    test('that was refused is declined', async () => {
      const { key, redirectUrl } = await challenged();
      await running().answerChallenge(redirectUrl, 'refuse');
      expect(await find(running().acquirer, key)).toMatchObject({ type: 'declined', code: 'authentication_failed' });
    });

    test('that is pending can be called off but not captured', async () => {
      const { there, key } = await challenged();
      expect(await there.send('capture', 1_000n)).toMatchObject({ type: 'declined', code: 'authorization_pending' });
      expect(await there.send('void', 1_000n)).toMatchObject({ type: 'approved' });
      expect(await find(running().acquirer, key)).toMatchObject({ type: 'declined', code: 'authentication_expired' });
    });

    test('that was accepted meanwhile is voided as the hold that it became', async () => {
      const { there, key, redirectUrl } = await challenged();
      await running().answerChallenge(redirectUrl, 'accept');
      expect(await there.send('void', 1_000n)).toMatchObject({ type: 'approved' });
      expect(await find(running().acquirer, key)).toMatchObject({ type: 'approved' });
      expect(await there.send('capture', 1_000n)).toMatchObject({ type: 'declined', code: 'authorization_voided' });
    });
  });

  describe('a callback', () => {
    const read = ({ body, headers }: SignedCallback): unknown => running().acquirer.readCallback(body, headers);

    async function decided(answer: 'accept' | 'refuse'): Promise<Challenged & { callback: SignedCallback }> {
      const challenge = await challenged();
      await running().answerChallenge(challenge.redirectUrl, answer);
      const callback = await running().callbackAbout(challenge.key);
      return { ...challenge, callback };
    }

    test('tells the answer to a challenge, with the same id on every repetition', async () => {
      const { there, key, callback } = await decided('accept');
      const answer = { type: 'approved', reference: there.authorization, amountMinor: 1_000n };
      expect(read(callback)).toMatchObject({
        id: expect.stringMatching(/\w/),
        notice: { type: 'answered', key, answer },
      });
      expect(read(callback)).toEqual(read(await running().callbackAbout(key)));
    });

    test('tells a refusal', async () => {
      const { key, callback } = await decided('refuse');
      const answer = { type: 'declined', code: 'authentication_failed' };
      expect(read(callback)).toMatchObject({ notice: { type: 'answered', key, answer } });
    });

    test('is refused when a byte of it was changed, or its signature is missing, foreign or garbage', async () => {
      const { callback } = await decided('accept');
      const [header = ''] = Object.keys(callback.headers).filter((name) => name.endsWith('signature'));
      expect(header).not.toBe('');
      expect(read({ ...callback, body: Buffer.from(`${callback.body.toString()} `) })).toBeUndefined();
      expect(read({ ...callback, headers: {} })).toBeUndefined();
      expect(read({ ...callback, headers: { [header]: 'garbage' } })).toBeUndefined();
      const flipped = callback.headers[header]?.replace(/.$/, (last) => (last === '0' ? '1' : '0')) ?? '';
      expect(read({ ...callback, headers: { [header]: flipped } })).toBeUndefined();
      expect(read(callback)).toBeDefined();
    });

    test('is refused when it is too old, and when somebody made it younger', async () => {
      const { callback } = await decided('accept');
      running().timePasses(tooOldMs);
      expect(read(callback)).toBeUndefined();
      const younger = Object.fromEntries(
        Object.entries(callback.headers).map(([name, value]) => [
          name,
          value.replace(/t=(\d+)/, (_, at: string) => `t=${Number(at) + tooOldMs / 1_000}`),
        ]),
      );
      expect(read({ ...callback, headers: younger })).toBeUndefined();
    });
  });
}
