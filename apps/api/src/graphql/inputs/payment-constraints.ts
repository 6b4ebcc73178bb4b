import { isTestCardToken } from '#domain';
import { constraint } from './constraint.ts';

/** Shorter than what proxies and browsers wait for an answer. */
const awaitOutcomeMsMax = 20_000;

/** A card of the sandbox. The message does not repeat the token: it may be a card number. */
export function IsCardToken(): PropertyDecorator {
  return constraint(
    (value) =>
      isTestCardToken(String(value))
        ? undefined
        : 'There is no such card token. Use one of the sandbox, for example tok_visa; docsUrl lists them all.',
    'sandbox',
  );
}

export function IsAwaitOutcomeMs(): PropertyDecorator {
  return constraint((value) =>
    Number(value) >= 0 && Number(value) <= awaitOutcomeMsMax
      ? undefined
      : `awaitOutcomeMs is between 0 (answer at once) and ${awaitOutcomeMsMax}.`,
  );
}
