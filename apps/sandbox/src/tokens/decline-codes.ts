/** Every reason that the sandbox acquirers decline with, and what they say about it. */
export const declineMessages = {
  generic_decline: 'The issuer declined the card and gave no reason.',
  insufficient_funds: 'The account does not hold enough.',
  lost_card: 'The card was reported lost.',
  stolen_card: 'The card was reported stolen.',
  expired_card: 'The card has expired.',
  incorrect_cvc: 'The security code is wrong.',
  processing_error: 'The acquirer could not process the card at the moment.',
  capture_declined: 'The issuer refused the capture.',
  refund_declined: 'The issuer refused the refund.',
  amount_exceeds_authorization: 'The capture is above what is left of the authorization.',
  authorization_closed: 'A final capture has closed the authorization.',
  authorization_voided: 'The authorization was voided.',
  authorization_captured: 'The authorization was captured and can only be refunded.',
  amount_exceeds_capture: 'The refund is above what was captured and not yet given back.',
} as const satisfies Record<string, string>;

export type DeclineCode = keyof typeof declineMessages;
