import { ask, silence, unaccepted, type Door, type Refusable } from './graphql.ts';
import type { Answer, History } from './history.ts';

export interface Verdict {
  readonly paymentId: string;
  readonly decision: 'ALLOW' | 'BLOCK';
  /** No two verdicts give the same: by its reason a decision is known again. */
  readonly reason: string;
}

interface Payload extends Refusable {
  readonly paymentId: string | null;
}

const decideReview = `mutation ($input: DecideReviewInput!) {
  outcome: decideReview(input: $input) { paymentId userErrors { code message } }
}`;

/** The people who look at payments in review, over either API's admin door. They have no keys: the first decision stands. */
export class RiskDesk {
  private readonly doors: readonly Door[];
  private readonly history: History;

  constructor(apiUrls: readonly string[], adminKey: string, history: History) {
    this.doors = apiUrls.map((url) => ({ url: `${url}/admin/graphql`, key: adminKey }));
    this.history = history;
  }

  /** `wish`: what the calls of one person about one payment have in common; the API is not told. */
  async decide(api: number, wish: string, verdict: Verdict): Promise<Answer> {
    const askedAt = Date.now();
    const answer = await this.ask(api, verdict);
    const call = { askedAt, answeredAt: Date.now(), api, mutation: 'decideReview', key: wish } as const;
    this.history.add({ ...call, input: { ...verdict }, answer, replayed: false });
    return answer;
  }

  private async ask(api: number, verdict: Verdict): Promise<Answer> {
    const door = this.doors[api];
    if (door === undefined) throw new Error(`there is no API ${api}`);
    try {
      const answer = await ask<{ outcome: Payload | null }>(door, decideReview, { input: verdict });
      const paymentId = answer.data?.outcome?.paymentId;
      return typeof paymentId === 'string' ? { kind: 'accepted', paymentId, operationId: null } : unaccepted(answer);
    } catch (fault) {
      return silence(fault);
    }
  }
}
