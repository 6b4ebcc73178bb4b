import type { AcquirerName, AuthorizeRequest } from './operation.ts';

/** What an acquirer charges for a capture, and how it is to work with. */
export interface AcquirerTerms {
  readonly fees: {
    /** Hundredths of a percent of the amount. */
    readonly basisPoints: number;
    /** On top, in minor units of the payment's currency. */
    readonly fixedMinor: number;
  };
  /** Every answer comes this much later. */
  readonly latencyMs: number;
  /** The largest authorization, in minor units of whatever currency; null: any. */
  readonly amountMinorMax: number | null;
  readonly takesAmex: boolean;
}

/** Alpha takes everything at once; beta is cheap, slow and shy of large amounts; gamma has no fixed fee and no Amex. */
const ownTerms: Readonly<Record<AcquirerName, AcquirerTerms>> = {
  alpha: {
    fees: { basisPoints: 140, fixedMinor: 25 },
    latencyMs: 0,
    amountMinorMax: null,
    takesAmex: true,
  },
  beta: {
    fees: { basisPoints: 90, fixedMinor: 15 },
    latencyMs: 40,
    amountMinorMax: 1_000_000,
    takesAmex: true,
  },
  gamma: {
    fees: { basisPoints: 220, fixedMinor: 0 },
    latencyMs: 10,
    amountMinorMax: null,
    takesAmex: false,
  },
};

/** `even`: every acquirer answers at once and takes every card and amount, which leaves a test or a bench one thing less to allow for. */
export class Temperament {
  constructor(private readonly kind: 'own' | 'even') {}

  termsOf(acquirer: AcquirerName): AcquirerTerms {
    const own = ownTerms[acquirer];
    return this.kind === 'own' ? own : { ...own, latencyMs: 0, amountMinorMax: null, takesAmex: true };
  }

  /** What this acquirer never authorizes; null: it is taken. */
  refuses({ acquirer, cardToken, amountMinor }: AuthorizeRequest): 'card_not_supported' | 'amount_not_allowed' | null {
    const { takesAmex, amountMinorMax } = this.termsOf(acquirer);
    if (!takesAmex && cardToken === 'tok_amex') return 'card_not_supported';
    return amountMinorMax !== null && amountMinor > amountMinorMax ? 'amount_not_allowed' : null;
  }
}
