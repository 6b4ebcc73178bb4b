import { afterAll, beforeAll, describe, expect, test, type TestAPI } from 'vitest';
import type { AcquirerAnswer } from '../../apps/orchestrator/src/acquirers/acquirer.ts';
import { meaningOf, type AttemptOperation } from '#domain';
import { until } from '../support/until.ts';
import type { Connector, Running, Trouble } from './connectors/connector.ts';
import { challengesConform } from './conformance-challenges.ts';
import { disputesConform } from './conformance-disputes.ts';
import { limitsConform } from './conformance-limits.ts';
import { find, PaymentThere, send } from './payment-there.ts';

/** What a caller that is not answered waits for. Whoever arranged the silence makes sure that the call has arrived. */
const shortMs = 400;

const operations = ['authorize', 'increase', 'capture', 'void', 'refund'] as const;

/** The promises that every connector keeps, whoever is behind it. */
export function conforms(connector: Connector): void {
  describe(`the connector of ${connector.name}`, () => {
    let running: Running;

    beforeAll(async () => {
      running = await connector.start();
    });

    afterAll(() => running.stop());

    const payment = (cardToken?: string): PaymentThere => new PaymentThere(running, cardToken);
    /** A payment that is ready for the operation. */
    async function readyFor(operation: AttemptOperation, cardToken?: string): Promise<PaymentThere> {
      if (operation === 'authorize') return payment(cardToken);
      if (operation === 'refund') return payment(cardToken).captured(1_000n);
      return payment(cardToken).authorized(1_000n);
    }

    describe.each(operations)('%s', (operation) => {
      /** Acquirers are troubled in different ways; what one never does cannot be seen there. */
      const meeting = (trouble: Trouble): TestAPI | (() => void) =>
        connector.troubles[operation].includes(trouble) ? test : () => undefined;

      test('is approved, names its amount or none, and is found so here and elsewhere', async () => {
        const there = await readyFor(operation);
        const request = there.request(operation, 1_000n);
        const answer = await send(running.acquirer, request);
        const named = operation === 'void' ? [null, 1_000n] : [1_000n];
        expect(answer).toMatchObject({ type: 'approved', reference: expect.stringMatching(/\w/) });
        expect(named).toContain(answer.type === 'approved' ? answer.amountMinor : undefined);

        running.letItBeFound();
        for (const acquirer of [running.acquirer, running.elsewhere]) {
          const found = await find(acquirer, request.key);
          expect(found).toMatchObject({ type: 'approved' });
          expect(named).toContain(found.type === 'approved' ? found.amountMinor : undefined);
        }
      });

      test('is done once, however often its key is sent', async () => {
        const there = await readyFor(operation);
        const request = there.request(operation, 400n, { final: false });
        const first = await send(running.acquirer, request);
        expect(await send(running.acquirer, request)).toEqual(first);
        expect(await send(running.elsewhere, request)).toEqual(first);
        expect(await running.truth(request.key)).not.toBeNull();
        await doneOnce(there, operation, first);
      });

      test('is not sent where nobody listens', async () => {
        const there = await readyFor(operation);
        const request = there.request(operation, 1_000n);
        expect(await send(running.unreachable, request)).toMatchObject({ type: 'not_sent' });
        expect(await running.truth(request.key)).toBeNull();
      });

      meeting('turned_away')('is not sent when the acquirer promises that nothing was done', async () => {
        const arranged = running.arrange(operation, 'turned_away');
        const there = await readyFor(operation, arranged.cardToken);
        const request = there.request(operation, 1_000n);
        await arranged.begin();
        expect(await send(running.acquirer, request)).toMatchObject({ type: 'not_sent' });
        await arranged.end();
        expect(await running.truth(request.key)).toBeNull();
        expect(await send(running.acquirer, request)).toMatchObject({ type: 'approved' });
      });

      test('is unknown after silence, within the time that it was given, and nothing is found where nothing is', async () => {
        const arranged = running.arrange(operation, 'silent');
        const there = await readyFor(operation, arranged.cardToken);
        const request = there.request(operation, 1_000n);
        await arranged.begin();
        const began = performance.now();
        expect(await send(running.acquirer, request, shortMs)).toMatchObject({ type: 'unknown' });
        expect(performance.now() - began).toBeLessThan(shortMs + 2_000);
        await arranged.end();

        expect(await find(running.acquirer, request.key)).toEqual({ type: 'nothing_found' });
        running.letItBeFound();
        expect(await find(running.elsewhere, request.key)).toEqual({ type: 'nothing_found' });
      });

      meeting('done_unanswered')('is unknown when it was done and never answered, and is found approved', async () => {
        const arranged = running.arrange(operation, 'done_unanswered');
        const there = await readyFor(operation, arranged.cardToken);
        const request = there.request(operation, 1_000n);
        await arranged.begin();
        const patience = new AbortController();
        const answer = running.acquirer.send(request, patience.signal);
        await until(`${operation} done`, async () => (await running.truth(request.key)) !== null);
        patience.abort();
        expect(await answer).toMatchObject({ type: 'unknown' });
        await arranged.end();

        running.letItBeFound();
        for (const acquirer of [running.acquirer, running.elsewhere]) {
          expect(await find(acquirer, request.key)).toMatchObject({ type: 'approved' });
        }
      });

      meeting('garbage')('is unknown when the answer is not what was agreed, and is found approved', async () => {
        const arranged = running.arrange(operation, 'garbage');
        const there = await readyFor(operation, arranged.cardToken);
        const request = there.request(operation, 1_000n);
        await arranged.begin();
        expect(await send(running.acquirer, request)).toMatchObject({ type: 'unknown' });
        await arranged.end();
        running.letItBeFound();
        expect(await find(running.acquirer, request.key)).toMatchObject({ type: 'approved' });
      });
    });

    /** What is left afterwards shows that it was done once and not twice. */
    async function doneOnce(there: PaymentThere, operation: AttemptOperation, answer: AcquirerAnswer): Promise<void> {
      if (answer.type !== 'approved') throw new Error(`${operation} was ${answer.type}`);
      switch (operation) {
        case 'authorize':
          there.authorization = answer.reference;
          expect(await there.send('capture', 400n)).toMatchObject({ type: 'approved' });
          return;
        case 'increase':
          expect(await there.send('capture', 1_401n)).toMatchObject({ code: 'amount_exceeds_authorization' });
          expect(await there.send('capture', 1_400n)).toMatchObject({ type: 'approved' });
          return;
        case 'capture':
          expect(await there.send('capture', 600n)).toMatchObject({ type: 'approved', amountMinor: 600n });
          return;
        case 'void':
          expect(await there.send('capture', 1n)).toMatchObject({ type: 'declined', code: 'authorization_voided' });
          return;
        case 'refund':
          expect(await there.send('refund', 600n)).toMatchObject({ type: 'approved', amountMinor: 600n });
      }
    }

    test.each(connector.declines)('%s is declined with %s, and found so', async (cardToken, code) => {
      const request = payment(cardToken).request('authorize', 1_000n);
      const answer = await send(running.acquirer, request);
      expect(answer).toMatchObject({ type: 'declined', code, acquirerCode: expect.stringMatching(/\w/) });
      expect(['soft', 'hard']).toContain(meaningOf(code).kind);
      running.letItBeFound();
      expect(await find(running.elsewhere, request.key)).toMatchObject({ type: 'declined', code });
      expect(await running.truth(request.key)).toBeNull();
    });

    test('a key that was never used is not found', async () => {
      const key = running.ids.next('att');
      running.letItBeFound();
      expect(await find(running.acquirer, key)).toEqual({ type: 'nothing_found' });
    });

    test('a question that cannot be asked tells nothing', async () => {
      expect(await find(running.unreachable, running.ids.next('att'))).toMatchObject({ type: 'unknown' });
    });

    test('an approval over another amount names that amount', async () => {
      const answer = await payment(connector.wrongAmountCard).send('authorize', 1_000n);
      expect(answer).toMatchObject({ type: 'approved', amountMinor: 999n });
    });

    test('a key that was used for another amount tells what it did, never what is asked now', async () => {
      const there = payment();
      const key = running.ids.next('att');
      await there.send('authorize', 1_000n, { key });
      const again = await there.send('authorize', 5_000n, { key });
      expect(again).not.toMatchObject({ type: 'approved', amountMinor: 5_000n });
      expect(again.type).not.toBe('not_sent');
      expect(await running.truth(key)).toBe(1_000n);
    });

    limitsConform(payment);
    disputesConform(() => running, payment);
    challengesConform(() => running, payment);
  });
}
