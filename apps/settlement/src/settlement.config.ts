import { z } from 'zod';
import { serviceEnvironment } from '#runtime';

const secondsOfDay = 86_400;
const secondsOfWeek = 7 * secondsOfDay;

export const settlementEnvironment = serviceEnvironment.extend({
  /** Batches are closed at every whole multiple of this since 1970 in UTC: a day means at midnight. */
  SETTLEMENT_CUTOFF_SECONDS: z.coerce.number().int().min(1).max(secondsOfWeek).default(secondsOfDay),
});
export type SettlementEnvironment = z.infer<typeof settlementEnvironment>;

export const ENVIRONMENT = Symbol('SettlementEnvironment');
