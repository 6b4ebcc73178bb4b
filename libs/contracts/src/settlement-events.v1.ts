import { z } from 'zod';

/** What the settlement service says, version 1. Amounts are minor units of `currency`; nets may be negative. */
export const settlementEvents = {
  /** A payment's money became available to the merchant. Totals count all batches of this payment so far. */
  'payment.settled': z.object({
    paymentId: z.string(),
    batchId: z.string(),
    currency: z.string(),
    net: z.int(),
    fee: z.int().min(0),
    settledAt: z.iso.datetime(),
  }),
  'batch.closed': z.object({
    batchId: z.string(),
    currency: z.string(),
    gross: z.int().min(0),
    refunded: z.int().min(0),
    fee: z.int().min(0),
    /** Held back for disputes less what those that were won gave free; absent in events from before disputes. */
    disputed: z.int().optional(),
    net: z.int(),
    payments: z.int().min(1),
    closedAt: z.iso.datetime(),
  }),
} as const;

export type SettlementEventType = keyof typeof settlementEvents;
export type SettlementEventData<T extends SettlementEventType> = z.infer<(typeof settlementEvents)[T]>;
