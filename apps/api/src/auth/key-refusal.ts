import { GraphQLError } from 'graphql';

/** Why a caller is not let in. */
export type KeyRefusal =
  | { readonly code: 'key_missing' }
  | { readonly code: 'scheme_unknown' }
  | { readonly code: 'key_mistyped' }
  | { readonly code: 'key_unknown' }
  | { readonly code: 'key_expired'; readonly expiredAt: Date }
  | { readonly code: 'key_revoked' };

/** Whose door it is; each takes its own kind of key and knows nothing of the other's. */
export type Audience = 'merchant' | 'admin';

const keyNames = {
  merchant: { name: 'secret key', example: 'sk_test_…', from: 'Ask the platform for a new one' },
  admin: { name: 'admin key', example: 'the admin key', from: 'It is the ADMIN_KEY that the API was started with' },
} as const satisfies Record<Audience, object>;

/** Says what was wrong and what to do about it. */
function sentenceOf(refusal: KeyRefusal, audience: Audience): string {
  const { name, example, from } = keyNames[audience];
  switch (refusal.code) {
    case 'key_missing':
      return `This request carries no ${name}. Send it in the header "Authorization: Bearer ${example}".`;
    case 'scheme_unknown':
      return `The Authorization header is not understood. It has to read "Authorization: Bearer ${example}".`;
    case 'key_mistyped':
      return `This is no complete ${name}: its checksum does not fit, so a character is missing or mistyped. Copy it again as a whole.`;
    case 'key_unknown':
      return `This ${name} is not known here. Check that it belongs to this API and to this environment. ${from}.`;
    case 'key_expired':
      return `This ${name} expired at ${refusal.expiredAt.toISOString()}. ${from}.`;
    case 'key_revoked':
      return `This ${name} was revoked. ${from}.`;
  }
}

/** The code that clients see whenever they have to bring another key. */
const unauthenticatedCode = 'UNAUTHENTICATED';

/**
 * The refusal as GraphQL clients see it. The request is refused as a whole and before it is read, so the HTTP status
 * tells it too, with the challenge that RFC 9110 (11.6.1) asks for.
 */
export function unauthenticated(refusal: KeyRefusal, audience: Audience): GraphQLError {
  const problem = refusal.code === 'key_missing' ? '' : ', error="invalid_token"';
  const headers = new Map([['www-authenticate', `Bearer realm="quittance ${audience}"${problem}`]]);
  return new GraphQLError(sentenceOf(refusal, audience), {
    extensions: { code: unauthenticatedCode, http: { status: 401, headers } },
  });
}
