import {
  attemptTransitions,
  deliveryTransitions,
  disputeTransitions,
  paymentTransitions,
  statusOf,
  type PaymentState,
} from '#domain';
import { printSagas } from './sagas.ts';
import { printTransitions } from './transitions.ts';

/** The lifecycles of libs/domain, printed from the tables and the reducer that run. */
export function lifecycles(): Promise<string> {
  return Promise.resolve(`# Lifecycles

Printed from \`libs/domain\` by \`npm run generate\`.

## Payment

Read a row as: in this state, on that event, go there. An empty cell is an illegal move.

${printTransitions('processing', paymentTransitions, {
  heading: 'merchants see',
  of: (state) => statusOf(state as PaymentState),
})}

## Attempt

One operation at one acquirer. \`outcome_unknown\` is a state: a timeout is not a decline.

${printTransitions('submitted', attemptTransitions)}

## Saga

What drives a payment through its outside calls. What is not listed changes nothing: it comes too late or twice.
*Tries* counts how often the operation of the step was sent, *checks* how often the acquirer was asked about the attempt.

${printSagas()}

## Dispute

The cardholder asks the issuer for the money of a capture.

${printTransitions('opened', disputeTransitions)}

## Delivery

One event on the way to one endpoint of a merchant.

${printTransitions('pending', deliveryTransitions)}
`);
}
