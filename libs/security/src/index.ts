export { apiKeyPrefixes, hashApiKey, matchesApiKeyHash, mintApiKey, parseApiKey } from './api-key.ts';
export type { ApiKey, ApiKeyPrefix } from './api-key.ts';
export type { RandomBytes } from './base62.ts';
export { looksLikeCardNumber } from './card-number.ts';
export { fingerprintOf } from './fingerprint.ts';
export { RandomIds, SystemClock } from './random-ids.ts';
export type { FillRandom } from './random-ids.ts';
export { isWebhookSecret, mintWebhookSecret, signWebhook, verifyWebhook } from './webhook-signature.ts';
export type { WebhookHeaders, WebhookRefusal, WebhookSecret } from './webhook-signature.ts';
