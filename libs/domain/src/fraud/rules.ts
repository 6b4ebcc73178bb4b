/** In the order of precedence, the weakest first: when rules disagree, the later one wins. */
export const riskDecisions = ['allow', 'review', 'challenge', 'block'] as const;

export type RiskDecision = (typeof riskDecisions)[number];

/** What a rule says when it applies. Without a decision of its own the score decides by the thresholds. */
export type RiskVerdict = { readonly score: number; readonly decision?: RiskDecision };

/**
 * All that is weighed, as data. Every change, however small, gets the next version, because assessments are kept with
 * theirs.
 */
export type RiskRules = {
  readonly version: number;
  /** A score from here on is blocked. Scores go from 0 to 100. */
  readonly blockScoreMin: number;
  /** A score from here on, below the block, is reviewed by a person. */
  readonly reviewScoreMin: number;
  /** Cards with a known risk. */
  readonly cardTokens: ReadonlyMap<string, RiskVerdict>;
  /** Applies above the limit that was agreed with the merchant; the limit itself is a signal. */
  readonly amountOverLimit: RiskVerdict;
  /** Applies when one card is used more often than this within the window. */
  readonly cardVelocity: RiskVerdict & { readonly paymentsMax: number; readonly windowSeconds: number };
};

export const riskRules: RiskRules = {
  version: 1,
  blockScoreMin: 90,
  reviewScoreMin: 60,
  // The risk list of the sandbox, whose cards are known by their tokens.
  cardTokens: new Map([
    ['tok_high_risk', { score: 95 }],
    ['tok_review', { score: 70 }],
  ]),
  // An unusual amount alone is no fraud: a person looks, nothing is blocked.
  amountOverLimit: { score: 60, decision: 'review' },
  // Ten attempts in ten minutes leave a customer with a failing card enough tries; card testers make hundreds.
  cardVelocity: { score: 90, decision: 'block', paymentsMax: 10, windowSeconds: 600 },
};
