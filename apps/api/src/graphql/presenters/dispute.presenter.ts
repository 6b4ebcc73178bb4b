import type { DisputeView } from '../../readers/dispute-reader.ts';
import type { DisputeType } from '../types/dispute.type.ts';
import { presentMoney } from '../types/money.type.ts';

export function presentDispute({ amount, ...dispute }: DisputeView): DisputeType {
  return { __typename: 'Dispute', ...dispute, amount: presentMoney(amount) };
}
