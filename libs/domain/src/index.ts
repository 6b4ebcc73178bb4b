export { allocate } from './money/allocation.ts';
export { currencyCodes, currencyExponent, isCurrencyCode } from './money/currency.ts';
export type { CurrencyCode } from './money/currency.ts';
export { decimalOf, parseDecimal } from './money/decimal.ts';
export type { DecimalRejection } from './money/decimal.ts';
export { add, compare, isPositive, isZero, money, negate, subtract, zero } from './money/money.ts';
export type { Money } from './money/money.ts';
export { shareOf } from './money/share.ts';
export type { Rounding } from './money/share.ts';
export type { Clock } from './ports/clock.ts';
export type { Ids } from './ports/ids.ts';
export { BrokenInvariant, invariant } from './primitives/invariant.ts';
export { err, ok } from './primitives/result.ts';
export type { Result } from './primitives/result.ts';
export { shardCount, shardOf } from './primitives/shard.ts';
export { idOf, parseId, uuidOf } from './primitives/type-id.ts';
export type {
  ApiKeyId,
  AttemptId,
  BatchId,
  CaptureId,
  EventId,
  Id,
  JournalId,
  MerchantId,
  PaymentId,
  RefundId,
  WebhookDeliveryId,
  WebhookEndpointId,
} from './primitives/type-id.ts';
export { uuidV7 } from './primitives/uuid-v7.ts';
