import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { CreatePaymentCommand } from '../../apps/api/src/use-cases/create-payment.ts';
import { MerchantStore } from '../../apps/api/src/stores/merchant-store.ts';
import type { Ids, MerchantId } from '#domain';
import { IDS } from '#runtime';

/** A merchant that takes EUR and JPY, on terms that no test payment runs into. */
export async function createMerchant(api: NestFastifyApplication): Promise<MerchantId> {
  const id = api.get<Ids>(IDS).next('mer');
  const patienceMs = 60_000;
  const terms = {
    feeBasisPoints: 150,
    feeFixed: 25n,
    riskLimit: 1_000_000n,
    riskFloor: 100_000n,
    routingVersion: 0,
    patienceMs,
  };
  await api.get(MerchantStore).create({
    id,
    name: 'Corner shop',
    feeBasisPoints: 150,
    patienceMs,
    createdAt: new Date(),
    currencies: new Map([
      ['EUR', terms],
      ['JPY', terms],
    ]),
  });
  return id;
}

/** A command that is accepted; a test names what matters to it. */
export function aPayment(merchantId: MerchantId, change: Partial<CreatePaymentCommand> = {}): CreatePaymentCommand {
  return {
    merchantId,
    idempotencyKey: 'key-1',
    reference: 'order-1',
    amount: { minor: 1_099n, currency: 'EUR' },
    cardToken: 'tok_visa',
    captureMethod: 'automatic',
    metadata: {},
    returnUrl: null,
    awaitOutcomeMs: 0,
    ...change,
  };
}
