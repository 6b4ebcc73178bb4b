/** A tab takes its title from the name of its operation. */
interface OpeningTab {
  readonly query: string;
  readonly variables: string | null;
}

const amount = { minor: 1099, currency: 'EUR' };

function tab(query: string, variables: object | null): OpeningTab {
  return {
    query: query.replace(/^\n/, ''),
    variables: variables === null ? null : `${JSON.stringify(variables, undefined, 2)}\n`,
  };
}

const createPayment = tab(
  `
# Takes 10.99 EUR from a test card, in one call. The answer waits until the outcome is known.
#
# The variables are below. {{new}} becomes fresh text at each run: write a key of your own
# instead and run it twice, and the second answer is the first one again.
#
# Other cards: tok_declined, tok_insufficient_funds, tok_timeout_charged, tok_high_risk
mutation CreatePayment($input: CreatePaymentInput!) {
  createPayment(input: $input) {
    payment {
      id
      status
      captured {
        decimal
        currency
      }
      decline {
        code
        message
        source
      }
    }
    userErrors {
      code
      message
      path
    }
  }
}
`,
  {
    input: {
      idempotencyKey: '{{new}}',
      reference: 'order-{{new}}',
      amount,
      source: { cardToken: 'tok_visa' },
    },
  },
);

const payment = tab(
  `
# Everything about one payment: what happened, why, and where its money is.
# {{payment}} stands for the payment that this page saw last.
query Payment($id: ID!) {
  payment(id: $id) {
    id
    reference
    status
    allowedActions
    amount {
      decimal
      currency
    }
    authorized {
      decimal
    }
    captured {
      decimal
    }
    refunded {
      decimal
    }
    attempts {
      number
      operation
      acquirer
      outcome
      declineCode
      routedBecause
    }
    captures {
      id
      status
      amount {
        decimal
      }
    }
    refunds {
      id
      status
      reason
      amount {
        decimal
      }
    }
    risk {
      decision
      score
      reasons
    }
    settlement {
      status
      net {
        decimal
        currency
      }
      fee {
        decimal
        currency
      }
      settledAt
    }
    timeline {
      at
      kind
      summary
    }
    metadata
  }
}
`,
  { id: '{{payment}}' },
);

const authorizePayment = tab(
  `
# Reserves the money without taking it: capture or void it in the next tabs.
mutation AuthorizePayment($input: CreatePaymentInput!) {
  createPayment(input: $input) {
    payment {
      id
      status
      allowedActions
      authorized {
        decimal
        currency
      }
    }
    userErrors {
      code
      message
      path
    }
  }
}
`,
  {
    input: {
      idempotencyKey: '{{new}}',
      reference: 'order-{{new}}',
      amount: { minor: 5000, currency: 'EUR' },
      source: { cardToken: 'tok_visa' },
      captureMethod: 'MANUAL',
      metadata: { basket: 'b-17' },
    },
  },
);

const capturePayment = tab(
  `
# Takes what AuthorizePayment reserved. Without an amount: all of it.
mutation CapturePayment($input: CapturePaymentInput!) {
  capturePayment(input: $input) {
    payment {
      id
      status
      captured {
        decimal
        currency
      }
    }
    capture {
      id
      status
    }
    userErrors {
      code
      message
      path
    }
  }
}
`,
  { input: { idempotencyKey: '{{new}}', paymentId: '{{payment}}' } },
);

const voidPayment = tab(
  `
# Releases what AuthorizePayment reserved, before anything is captured.
mutation VoidPayment($input: VoidPaymentInput!) {
  voidPayment(input: $input) {
    payment {
      id
      status
    }
    userErrors {
      code
      message
      path
    }
  }
}
`,
  { input: { idempotencyKey: '{{new}}', paymentId: '{{payment}}', reason: 'out of stock' } },
);

const refundPayment = tab(
  `
# Gives back 5.00 of a captured payment. Without an amount: all that is left.
mutation RefundPayment($input: RefundPaymentInput!) {
  refundPayment(input: $input) {
    payment {
      id
      status
      refunded {
        decimal
        currency
      }
    }
    refund {
      id
      status
    }
    userErrors {
      code
      message
      path
      ... on AmountExceededError {
        available {
          decimal
          currency
        }
      }
    }
  }
}
`,
  {
    input: {
      idempotencyKey: '{{new}}',
      paymentId: '{{payment}}',
      amount: { minor: 500, currency: 'EUR' },
      reason: 'one of two was broken',
    },
  },
);

const payments = tab(
  `
# The newest payments. For the next page: after: <endCursor>
query Payments($first: Int, $after: String, $filter: PaymentFilter) {
  payments(first: $first, after: $after, filter: $filter) {
    nodes {
      id
      reference
      status
      amount {
        decimal
        currency
      }
      createdAt
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
`,
  { first: 10, after: null, filter: {} },
);

const events = tab(
  `
# What happened, numbered without a gap: the same events, ids and numbers that webhooks bring.
query Events($first: Int!, $after: String, $types: [String!]) {
  events(first: $first, after: $after, types: $types) {
    nodes {
      sequence
      type
      occurredAt
      paymentId
      id
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
`,
  { first: 20, after: null, types: null },
);

const paymentUpdated = tab(
  `
# Shows a payment now and after each change, until you stop it.
subscription PaymentUpdated($id: ID!) {
  paymentUpdated(id: $id) {
    id
    status
    captured {
      decimal
      currency
    }
    refunded {
      decimal
    }
    settlement {
      status
    }
    updatedAt
  }
}
`,
  { id: '{{payment}}' },
);

const followEvents = tab(
  `
# Every event of yours from the first one on, then live. after: <cursor> goes on behind it.
subscription FollowEvents($types: [String!], $after: String) {
  events(types: $types, after: $after) {
    sequence
    type
    occurredAt
    paymentId
  }
}
`,
  { types: null, after: null },
);

const createWebhookEndpoint = tab(
  `
# Has your events sent to you, signed by Standard Webhooks. The secret is shown this once.
mutation CreateWebhookEndpoint($input: CreateWebhookEndpointInput!) {
  createWebhookEndpoint(input: $input) {
    endpoint {
      id
      url
      status
      eventTypes
    }
    signingSecret
    userErrors {
      code
      message
      path
    }
  }
}
`,
  { input: { url: 'https://shop.example/webhooks', eventTypes: ['*'] } },
);

/** One for each operation, in the order in which one meets them. */
export const openingTabs: OpeningTab[] = [
  createPayment,
  payment,
  authorizePayment,
  capturePayment,
  voidPayment,
  refundPayment,
  payments,
  events,
  paymentUpdated,
  followEvents,
  createWebhookEndpoint,
];
