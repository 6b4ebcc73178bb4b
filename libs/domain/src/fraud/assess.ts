import { decimalOf } from '../money/decimal.ts';
import { compare } from '../money/money.ts';
import type { Money } from '../money/money.ts';
import { invariant } from '../primitives/invariant.ts';
import { riskDecisions } from './rules.ts';
import type { RiskDecision, RiskRules, RiskVerdict } from './rules.ts';

/** What is known about a payment when its risk is weighed. */
export type RiskSignals = {
  readonly cardToken: string;
  readonly amount: Money;
  /** The amount above which this merchant's payments are reviewed, in the currency of the payment. */
  readonly amountLimit: Money;
  /** Payments with this card within the window of the velocity rule: an exact count that includes this payment. */
  readonly cardPayments: number;
};

export type Assessment = {
  readonly decision: RiskDecision;
  /** 0 to 100, the highest of the rules that applied. */
  readonly score: number;
  /** A machine code with its figures for each rule that applied. They name no card. */
  readonly reasons: readonly string[];
  readonly ruleVersion: number;
};

type Finding = { readonly verdict: RiskVerdict; readonly reason: string };

type Rule = (signals: RiskSignals, rules: RiskRules) => Finding | undefined;

const everyRule: readonly Rule[] = [cardToken, amountOverLimit, cardVelocity];

/**
 * Weighs every rule; the strongest decision wins and all reasons are told. The same signals and rules give the same
 * answer.
 */
export function assess(signals: RiskSignals, rules: RiskRules): Assessment {
  const findings = everyRule.flatMap((rule) => rule(signals, rules) ?? []);
  const score = Math.max(0, ...findings.map(({ verdict }) => verdict.score));
  invariant(Number.isInteger(score) && score <= 100, `rules of version ${rules.version} gave the score ${score}`);

  const decisions = findings.map(({ verdict }) => verdict.decision ?? decisionByScore(verdict.score, rules));
  return {
    decision: riskDecisions.findLast((decision) => decisions.includes(decision)) ?? 'allow',
    score,
    reasons: findings.map(({ reason }) => reason),
    ruleVersion: rules.version,
  };
}

function decisionByScore(score: number, rules: RiskRules): RiskDecision {
  if (score >= rules.blockScoreMin) return 'block';
  return score >= rules.reviewScoreMin ? 'review' : 'allow';
}

function cardToken(signals: RiskSignals, { cardTokens }: RiskRules): Finding | undefined {
  const verdict = cardTokens.get(signals.cardToken);
  return verdict && { verdict, reason: `card_token: score ${verdict.score}` };
}

function amountOverLimit({ amount, amountLimit }: RiskSignals, rules: RiskRules): Finding | undefined {
  if (compare(amount, amountLimit) <= 0) return undefined;
  const reason = `amount_over_limit: ${decimalOf(amount)} ${amount.currency}, limit ${decimalOf(amountLimit)}`;
  return { verdict: rules.amountOverLimit, reason };
}

function cardVelocity({ cardPayments }: RiskSignals, rules: RiskRules): Finding | undefined {
  const { paymentsMax, windowSeconds } = rules.cardVelocity;
  if (cardPayments <= paymentsMax) return undefined;
  const reason = `card_velocity: ${cardPayments} payments in ${windowSeconds} s, limit ${paymentsMax}`;
  return { verdict: rules.cardVelocity, reason };
}
