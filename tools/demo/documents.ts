/** Everything that the launcher says to the two APIs, in one place. */

export const createMerchantDocument = /* GraphQL */ `
  mutation CreateDemoMerchant($input: CreateMerchantInput!) {
    createMerchant(input: $input) {
      merchant {
        id
      }
      userErrors {
        message
      }
    }
  }
`;

export const createApiKeyDocument = /* GraphQL */ `
  mutation CreateDemoKey($input: CreateApiKeyInput!) {
    createApiKey(input: $input) {
      secretKey
      userErrors {
        message
      }
    }
  }
`;

export const findPaymentsDocument = /* GraphQL */ `
  query FindDemoPayment($reference: String!) {
    payments(first: 1, filter: { reference: $reference }) {
      nodes {
        id
      }
    }
  }
`;

export const createPaymentDocument = /* GraphQL */ `
  mutation TakeDemoPayment($input: CreatePaymentInput!) {
    createPayment(input: $input) {
      payment {
        id
      }
      userErrors {
        message
      }
    }
  }
`;

export const readPaymentDocument = /* GraphQL */ `
  query ReadDemoPayment($id: ID!) {
    payment(id: $id) {
      id
      reference
      status
      amount {
        decimal
        currency
      }
      settlement {
        status
      }
      timeline {
        at
        kind
        summary
      }
    }
  }
`;

export interface CreateMerchantAnswer {
  readonly createMerchant: { readonly merchant: { readonly id: string } | null; readonly userErrors: UserErrors };
}

export interface CreateApiKeyAnswer {
  readonly createApiKey: { readonly secretKey: string | null; readonly userErrors: UserErrors };
}

export interface FindPaymentsAnswer {
  readonly payments: { readonly nodes: readonly { readonly id: string }[] };
}

export interface CreatePaymentAnswer {
  readonly createPayment: { readonly payment: { readonly id: string } | null; readonly userErrors: UserErrors };
}

export interface ReadPaymentAnswer {
  readonly payment: SamplePayment | null;
}

export interface SamplePayment {
  readonly id: string;
  readonly reference: string;
  readonly status: string;
  readonly amount: { readonly decimal: string; readonly currency: string };
  readonly settlement: { readonly status: string } | null;
  readonly timeline: readonly { readonly at: string; readonly kind: string; readonly summary: string }[];
}

export type UserErrors = readonly { readonly message: string }[];
