import { describe, expect, test } from 'vitest';
import type { AcquirerNotice } from '../../apps/orchestrator/src/acquirers/acquirer.ts';
import { money, type DisputeId } from '#domain';
import { ampleMs, type PaymentThere } from './payment-there.ts';
import type { Running, SignedCallback } from './connectors/connector.ts';

/** Money that the customer's bank takes back, and what the merchant says to it. */
export function disputesConform(running: () => Running, payment: (cardToken: string) => PaymentThere): void {
  const notice = ({ body, headers }: SignedCallback): AcquirerNotice | null | undefined =>
    running().acquirer.readCallback(body, headers)?.notice;

  const submit = (key: DisputeId, dispute: string, text: string, acquirer = running().acquirer) =>
    acquirer.submitEvidence(key, dispute, text, AbortSignal.timeout(ampleMs));

  async function disputed(): Promise<{ authorization: string; dispute: string }> {
    const { authorization } = await payment('tok_disputed').captured(1_000n);
    if (authorization === null) throw new Error('nothing was authorized');
    const opened = notice(await running().opensDispute(authorization));
    expect(opened).toMatchObject({ type: 'dispute_opened', authorization, amount: money(1_000n, 'EUR') });
    if (opened?.type !== 'dispute_opened') throw new Error('no dispute was opened');
    expect(opened.evidenceDueAt.getTime()).toBeGreaterThan(0);
    return { authorization, dispute: opened.dispute };
  }

  describe('a dispute', () => {
    test.each([
      ['winning_evidence', 'won'],
      ['we sent a parcel', 'lost'],
    ])('is told, takes evidence once (%s), and is told as %s', async (text, outcome) => {
      const { authorization, dispute } = await disputed();
      const key = running().ids.next('dsp');
      expect(await submit(key, dispute, text)).toEqual({ type: 'accepted' });
      expect(await submit(key, dispute, text)).toEqual({ type: 'accepted' });
      expect(await submit(running().ids.next('dsp'), dispute, 'more')).toMatchObject({ type: 'refused' });
      expect(notice(await running().decidesDispute(dispute))).toEqual({
        type: 'dispute_closed',
        authorization,
        dispute,
        outcome,
      });
    });

    test('that the acquirer does not know leaves the evidence unknown', async () => {
      expect(await submit(running().ids.next('dsp'), 'dp_0000', 'a text')).toMatchObject({ type: 'unknown' });
    });

    test('takes no evidence where nobody listens', async () => {
      const answer = await submit(running().ids.next('dsp'), 'dp_0000', 'a text', running().unreachable);
      expect(answer).toMatchObject({ type: 'not_sent' });
    });
  });
}
