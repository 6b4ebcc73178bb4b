import type { AcquirerName } from '../operations/operation.ts';

/** A cardholder says that the payment was not theirs. It opens and closes by the clock. */
export interface Dispute {
  readonly acquirer: AcquirerName;
  readonly disputeId: string;
  readonly authorizationId: string;
  readonly reference: string;
  readonly opensAt: Date;
  readonly evidenceDueAt: Date;
  /** What the merchant has to say; null until then. */
  readonly evidence: string | null;
  /** With evidence it closes soon after it, without when the evidence was due. */
  readonly closesAt: Date;
}
