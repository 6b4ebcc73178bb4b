/** Every reason that the sandbox acquirers decline with, and what they say about it. */
export const declineMessages = {
  generic_decline: 'The issuer declined the card and gave no reason.',
  insufficient_funds: 'The account does not hold enough.',
  lost_card: 'The card was reported lost.',
  stolen_card: 'The card was reported stolen.',
  expired_card: 'The card has expired.',
  incorrect_cvc: 'The security code is wrong.',
  processing_error: 'The acquirer could not process the card at the moment.',
  card_not_supported: 'The acquirer does not take cards of this brand.',
  amount_not_allowed: 'The amount is above what the acquirer takes.',
  authentication_failed: 'The customer refused the challenge.',
  authentication_expired: 'The challenge was called off before the customer had answered it.',
  capture_declined: 'The issuer refused the capture.',
  refund_declined: 'The issuer refused the refund.',
  amount_exceeds_authorization: 'The capture is above what is left of the authorization.',
  authorization_pending: 'The customer has not answered the challenge yet.',
  authorization_closed: 'A final capture has closed the authorization.',
  authorization_voided: 'The authorization was voided.',
  authorization_expired: 'The authorization has expired.',
  authorization_captured: 'The authorization was captured as a whole and can only be refunded.',
  amount_exceeds_capture: 'The refund is above what was captured and not yet given back.',
  evidence_already_submitted: 'Evidence for this dispute was submitted before.',
  dispute_closed: 'The dispute is closed.',
} as const satisfies Record<string, string>;

export type DeclineCode = keyof typeof declineMessages;
