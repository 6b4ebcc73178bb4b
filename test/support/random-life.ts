import fc from 'fast-check';
import type { Fate, PaymentCommand, PaymentLife } from './payment-model.ts';

const fate = fc.oneof(
  { weight: 15, arbitrary: fc.constant<Fate>('approved') },
  { weight: 3, arbitrary: fc.constant<Fate>('declined') },
  { weight: 2, arbitrary: fc.constantFrom<Fate>('reply_lost', 'request_lost', 'not_processed') },
);
/** In tens; the last digit tells the operations of a payment apart. */
const part = fc.integer({ min: 1, max: 110 });

const command: fc.Arbitrary<PaymentCommand> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('capture'), minor: part, final: fc.boolean(), fate }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('refund'), minor: part, fate }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('void'), fate }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('increase'), minor: part, fate }) },
  { weight: 2, arbitrary: fc.constant({ do: 'rest' } as const) },
  { weight: 1, arbitrary: fc.constant({ do: 'hold_over' } as const) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('again'), which: fc.nat({ max: 9 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('capture_foreign'), minor: part }) },
);

/** A payment with up to seven things that happen to it. */
export const anyLife: fc.Arbitrary<PaymentLife> = fc.record({
  captureMethod: fc.constantFrom('manual', 'manual', 'automatic'),
  amount: fc.constant(1_000),
  authorization: fate,
  automaticCapture: fate,
  commands: fc.array(command, { maxLength: 7 }),
});
