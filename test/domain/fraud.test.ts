import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BrokenInvariant, assess, money, riskRules } from '#domain';
import type { RiskDecision, RiskRules, RiskSignals, RiskVerdict } from '#domain';
import { holds } from '../support/property.ts';

const ordinary: RiskSignals = {
  cardToken: 'tok_visa',
  amount: money(1099n, 'EUR'),
  amountLimit: money(100_000n, 'EUR'),
  cardPayments: 1,
};
const large = { amount: money(100_001n, 'EUR') };
const overLimit = 'amount_over_limit: 1000.01 EUR, limit 1000.00';
const tooOften = 'card_velocity: 11 payments in 600 s, limit 10';

describe('the risk policy, version 1', () => {
  const policy: [string, Partial<RiskSignals>, RiskDecision, number, string[]][] = [
    ['an ordinary payment', {}, 'allow', 0, []],
    ['an amount at the limit', { amount: money(100_000n, 'EUR') }, 'allow', 0, []],
    ['an amount over the limit', large, 'review', 60, [overLimit]],
    ['a card of high risk', { cardToken: 'tok_high_risk' }, 'block', 95, ['card_token: score 95']],
    ['a card to review', { cardToken: 'tok_review' }, 'review', 70, ['card_token: score 70']],
    ['the tenth payment of a card', { cardPayments: 10 }, 'allow', 0, []],
    ['the eleventh payment of a card', { cardPayments: 11 }, 'block', 90, [tooOften]],
    [
      'a card to review with a large amount',
      { cardToken: 'tok_review', ...large },
      'review',
      70,
      ['card_token: score 70', overLimit],
    ],
    ['a large amount of a card too often used', { ...large, cardPayments: 11 }, 'block', 90, [overLimit, tooOften]],
    [
      'everything at once',
      { cardToken: 'tok_high_risk', ...large, cardPayments: 11 },
      'block',
      95,
      ['card_token: score 95', overLimit, tooOften],
    ],
    ['a card named as an object is built', { cardToken: 'constructor' }, 'allow', 0, []],
    [
      'a large amount in a currency without decimals',
      { amount: money(1_001n, 'JPY'), amountLimit: money(1_000n, 'JPY') },
      'review',
      60,
      ['amount_over_limit: 1001 JPY, limit 1000'],
    ],
  ];

  it.each(policy)('%s', (_name, signals, decision, score, reasons) => {
    expect(assess({ ...ordinary, ...signals }, riskRules)).toEqual({ decision, score, reasons, ruleVersion: 1 });
  });

  it('compares amounts of one currency only', () => {
    expect(() => assess({ ...ordinary, amountLimit: money(1n, 'USD') }, riskRules)).toThrow(BrokenInvariant);
  });
});

describe('rules', () => {
  const withVerdicts = (token: RiskVerdict, amount: RiskVerdict): RiskRules => {
    return { ...riskRules, version: 7, cardTokens: new Map([['tok_listed', token]]), amountOverLimit: amount };
  };
  const suspicious = { ...ordinary, ...large, cardToken: 'tok_listed' };

  it.each([
    [0, 'allow'],
    [59, 'allow'],
    [60, 'review'],
    [89, 'review'],
    [90, 'block'],
    [100, 'block'],
  ])('without a decision of their own: score %i is %s', (score, decision) => {
    expect(assess(suspicious, withVerdicts({ score }, { score: 0 }))).toMatchObject({
      decision,
      score,
      ruleVersion: 7,
    });
  });

  it.each([
    ['allow', 'allow', 'allow'],
    ['allow', 'review', 'review'],
    ['allow', 'challenge', 'challenge'],
    ['allow', 'block', 'block'],
    ['review', 'challenge', 'challenge'],
    ['review', 'block', 'block'],
    ['challenge', 'block', 'block'],
  ] as const)('that say %s and %s end in %s, whichever comes first', (first, second, decision) => {
    const says = (verdict: RiskDecision): RiskVerdict => ({ score: 50, decision: verdict });
    expect(assess(suspicious, withVerdicts(says(first), says(second))).decision).toBe(decision);
    expect(assess(suspicious, withVerdicts(says(second), says(first))).decision).toBe(decision);
  });

  it('never leave the scale of 0 to 100', () => {
    expect(() => assess(suspicious, withVerdicts({ score: 101 }, { score: 0 }))).toThrow(BrokenInvariant);
  });

  it('never get milder with another payment of the card or a larger amount', () => {
    const severity = ['allow', 'review', 'challenge', 'block'];
    const amounts = fc.bigInt({ min: 1n, max: 300_000n });
    const tokens = fc.constantFrom('tok_visa', 'tok_review', 'tok_high_risk');
    holds(
      fc.property(amounts, fc.integer({ min: 1, max: 30 }), tokens, (minor, cardPayments, cardToken) => {
        const signals = { ...ordinary, amount: money(minor, 'EUR'), cardPayments, cardToken };
        const before = assess(signals, riskRules);
        const after = assess(
          { ...signals, amount: money(minor + 1n, 'EUR'), cardPayments: cardPayments + 1 },
          riskRules,
        );
        expect(severity.indexOf(after.decision)).toBeGreaterThanOrEqual(severity.indexOf(before.decision));
        expect(after.score).toBeGreaterThanOrEqual(before.score);
      }),
    );
  });
});
