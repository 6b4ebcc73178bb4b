import { Obstacle } from '../obstacle.ts';
import {
  createApiKeyDocument,
  createMerchantDocument,
  findPaymentsDocument,
  type CreateApiKeyAnswer,
  type CreateMerchantAnswer,
  type FindPaymentsAnswer,
  type UserErrors,
} from './documents.ts';
import { ask, GraphqlRefusal, type GraphqlEndpoint } from './graphql-client.ts';

export interface DemoMerchant {
  readonly merchantId: string;
  readonly secretKey: string;
}

/** One of each kind of currency: two decimals, none, three and four. */
const enabledCurrencies = ['EUR', 'USD', 'GBP', 'CHF', 'SEK', 'NOK', 'DKK', 'PLN', 'JPY', 'BHD', 'KWD', 'CLF'];

/** The merchant of an earlier start while its key is still good, else a new one. */
export async function findOrCreateMerchant(
  graphqlUrl: string,
  admin: GraphqlEndpoint,
  earlier: DemoMerchant | undefined,
): Promise<DemoMerchant> {
  if (earlier !== undefined && (await isAccepted({ url: graphqlUrl, key: earlier.secretKey }))) return earlier;
  const { createMerchant } = await ask<CreateMerchantAnswer>(admin, createMerchantDocument, {
    input: { name: 'Demo shop', enabledCurrencies },
  });
  const merchantId = wanted(createMerchant.merchant, createMerchant.userErrors).id;
  const { createApiKey } = await ask<CreateApiKeyAnswer>(admin, createApiKeyDocument, { input: { merchantId } });
  return { merchantId, secretKey: wanted(createApiKey.secretKey, createApiKey.userErrors) };
}

/** The database may be another one than at the last start, and not know the key. */
async function isAccepted(endpoint: GraphqlEndpoint): Promise<boolean> {
  try {
    await ask<FindPaymentsAnswer>(endpoint, findPaymentsDocument, { reference: 'nobody-has-this' });
    return true;
  } catch (fault) {
    if (fault instanceof GraphqlRefusal) return false;
    throw fault;
  }
}

export function wanted<T>(result: T | null, userErrors: UserErrors): T {
  if (result !== null) return result;
  throw new Obstacle(`The demo was refused: ${userErrors.map(({ message }) => message).join('; ')}`);
}
