import type { ServiceName } from '../../tools/provisioning/service-databases.ts';

/**
 * What a role may do with a table. `UPDATE(state version)` names the columns that it may change, in the order of the
 * alphabet; `UPDATE` alone is all of them. What is not written here must be refused, for the partitions of the event logs
 * too: they are reached through their log alone.
 */
export type Rights = Readonly<Record<string, string>>;

/** What may be changed of a payment: never what was agreed when it was accepted. Only the orchestrator notes settlements. */
const progressOfPayment = {
  upToRisk:
    'authorization_expires_at authorized capture_pending captured charged_back decline_code decline_message ' +
    'decline_retryable decline_source disputed increase_pending redirect_url refund_pending refunded risk_assessed_at risk_decided_by risk_decision risk_reasons risk_score',
  settlement: 'settled_at settlement_batch_id settlement_fee settlement_net',
  fromState: 'state updated_at version void_pending voided',
} as const;

const relayed = {
  cursor: 'SELECT INSERT UPDATE',
  deadLetter: 'SELECT INSERT UPDATE(replayed_at)',
  inbox: 'SELECT INSERT DELETE',
} as const;

/** The whole of it, by hand. */
export const rightsOf: Readonly<Record<ServiceName, Rights>> = {
  api: {
    'books.account_balance': 'SELECT',
    'books.trial_balance': 'SELECT',
    'feed.delivery': 'SELECT',
    'feed.delivery_attempt': 'SELECT',
    'feed.endpoint': 'SELECT',
    'feed.merchant_event': 'SELECT',
    'payments.acquirer_performance': 'SELECT',
    'payments.api_key': 'SELECT INSERT UPDATE(revoked_at)',
    'payments.attempt': 'SELECT',
    'payments.authorization_increase': 'SELECT INSERT',
    'payments.breaker_override': 'SELECT INSERT UPDATE(closed_at closed_because)',
    'payments.capture': 'SELECT INSERT',
    'payments.dispute': 'SELECT UPDATE(status)',
    'payments.dispute_evidence': 'INSERT',
    'payments.event': 'SELECT INSERT',
    'payments.idempotency': 'SELECT INSERT DELETE',
    'payments.merchant': 'SELECT INSERT',
    'payments.merchant_currency': 'SELECT INSERT',
    'payments.payment': `SELECT INSERT UPDATE(${progressOfPayment.upToRisk} ${progressOfPayment.fromState})`,
    'payments.refund': 'SELECT INSERT',
    'payments.relay_cursor': 'SELECT',
    'payments.routing_configuration': 'SELECT INSERT',
    // What waits is shown to people; only the orchestrator moves it.
    'payments.saga': 'SELECT',
  },
  orchestrator: {
    'payments.acquirer_callback': 'SELECT INSERT',
    'payments.acquirer_performance': 'SELECT INSERT UPDATE',
    'payments.attempt': 'SELECT INSERT UPDATE(acquirer_reference answered_amount decline_code finished_at state)',
    'payments.authorization_increase': 'SELECT UPDATE(status)',
    'payments.breaker_override': 'SELECT',
    'payments.capture': 'SELECT INSERT UPDATE(status)',
    'payments.dead_letter': relayed.deadLetter,
    'payments.dispute': 'SELECT INSERT UPDATE(closed_at status)',
    'payments.dispute_evidence': 'SELECT UPDATE(ending next_try_at refused_because tries)',
    'payments.early_dispute_outcome': 'SELECT INSERT',
    'payments.event': 'SELECT INSERT',
    'payments.inbox': relayed.inbox,
    // A larger hold is a larger payment.
    'payments.payment': `SELECT UPDATE(amount ${Object.values(progressOfPayment).join(' ')})`,
    'payments.refund': 'SELECT UPDATE(status)',
    'payments.relay_cursor': relayed.cursor,
    'payments.routing_configuration': 'SELECT',
    'payments.saga': 'SELECT INSERT UPDATE',
  },
  fraud: {
    'fraud.assessment': 'SELECT INSERT',
    'fraud.card_use': 'SELECT INSERT UPDATE(uses) DELETE',
    'fraud.dead_letter': relayed.deadLetter,
    'fraud.event': 'SELECT INSERT',
    'fraud.inbox': relayed.inbox,
    'fraud.relay_cursor': relayed.cursor,
  },
  settlement: {
    'books.account_balance': 'SELECT',
    'books.batch': 'SELECT INSERT',
    'books.dead_letter': relayed.deadLetter,
    'books.entry': 'SELECT INSERT',
    'books.event': 'SELECT INSERT',
    'books.fold_cursor': 'SELECT UPDATE(folded)',
    'books.folded_balance': 'SELECT INSERT UPDATE(credit debit)',
    'books.inbox': relayed.inbox,
    'books.item': 'SELECT INSERT UPDATE(batch_id)',
    'books.journal': 'SELECT INSERT',
    'books.relay_cursor': relayed.cursor,
    'books.settled_payment': 'SELECT INSERT UPDATE(fee net version)',
    'books.settlement_account': 'SELECT INSERT UPDATE(last_closed_at)',
    'books.trial_balance': 'SELECT',
  },
  webhooks: {
    'feed.dead_letter': relayed.deadLetter,
    'feed.delivery': 'SELECT INSERT UPDATE(attempts epoch next_attempt_at status)',
    'feed.delivery_attempt': 'SELECT INSERT',
    'feed.endpoint': 'SELECT INSERT UPDATE(deleted_at failing_since paused_until status)',
    'feed.endpoint_secret': 'SELECT INSERT DELETE',
    'feed.event': 'SELECT',
    'feed.inbox': relayed.inbox,
    'feed.merchant_event': 'SELECT INSERT',
    'feed.merchant_sequence': 'SELECT INSERT UPDATE(last_sequence)',
    'feed.relay_cursor': relayed.cursor,
    'feed.seen_version': 'SELECT INSERT UPDATE(version)',
  },
  sandbox: {
    'sandbox.asked': 'SELECT INSERT UPDATE(times)',
    'sandbox.callback': 'SELECT INSERT UPDATE(next_try_at state tries)',
    'sandbox.challenge': 'SELECT INSERT UPDATE(decided_at state)',
    'sandbox.dispute': 'SELECT INSERT UPDATE(closes_at evidence)',
    'sandbox.effect': 'SELECT INSERT',
    'sandbox.hold': 'SELECT INSERT UPDATE(captured_minor closed held_minor refunded_minor voided)',
    'sandbox.operation': 'SELECT INSERT UPDATE(answer answer_from calls decided_at findable_from tells)',
  },
};

/** Which functions a role may call; triggers are called by nobody. */
export const functionsOf: Readonly<Record<ServiceName, readonly string[]>> = {
  api: [],
  orchestrator: ['payments.keep_event_partitions'],
  fraud: ['fraud.keep_event_partitions', 'fraud.note_card_uses'],
  settlement: ['books.keep_event_partitions'],
  webhooks: [],
  sandbox: [],
};
