import { looksLikeCardNumber } from '#security';
import type { AdminRefusal } from './admin-refusal.ts';

/** Kept for good with what was decided, and read by people. */
const reasonLengthMax = 500;

/** Why the reason that a person gave does not do; undefined when it does. */
export function refusalOfReason(reason: string): AdminRefusal | undefined {
  const path = ['input', 'reason'];
  if (reason.length < 1 || reason.length > reasonLengthMax) {
    const message = `A reason has 1 to ${reasonLengthMax} characters: whoever asks later wants to know why.`;
    return { code: 'invalid_input', message, path };
  }
  if (looksLikeCardNumber(reason)) {
    return {
      code: 'invalid_input',
      message: 'This looks like a card number, which must not stand in free text.',
      path,
    };
  }
  return undefined;
}
