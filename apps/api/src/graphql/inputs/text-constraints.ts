import { looksLikeCardNumber } from '#security';
import { constraint } from './constraint.ts';

/** As long as the column of the key, and more than any order id that people have to read. */
const printableLengthMax = 255;

/** A sentence or two; whoever needs more has a ticket to link to. */
const reasonLengthMax = 500;

/** What browsers and proxies surely take. */
const addressLengthMax = 2_000;

/** Two pages. Acquirers take 8 000 UTF-16 units and more, so that none refuses later what was taken here. */
const evidenceLengthMax = 4_000;

/** Letters, marks, digits, punctuation, symbols and spaces of any script; nothing that cannot be seen or changes direction. */
const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]*$/u;

/** PostgreSQL keeps no U+0000, and no terminal should get the others. Line breaks and tabs are fine. */
// oxlint-disable-next-line no-control-regex
const controlCharacter = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;

export const holdsCardNumber =
  'This looks like a card number. Card numbers must not stand in free text: remove it, and pay with a card token.';

/** The key under which the same request may be sent again. */
export function IsIdempotencyKey(): PropertyDecorator {
  return constraint(
    (value) =>
      lengthProblem(value, printableLengthMax, 'An idempotency key') ??
      (printable.test(String(value))
        ? undefined
        : 'An idempotency key has printable characters only. A UUID is a good one.'),
  );
}

/** The merchant's own order id. */
export function IsReference(): PropertyDecorator {
  return constraint((value) => {
    const reference = String(value);
    const wrongLength = lengthProblem(value, printableLengthMax, 'A reference');
    if (wrongLength !== undefined) return wrongLength;
    if (reference.trim() === '') return 'A reference cannot be blank: use your own order id.';
    if (!printable.test(reference)) return 'A reference has printable characters only.';
    return looksLikeCardNumber(reference) ? holdsCardNumber : undefined;
  });
}

/** Free text for people. */
export function IsReason(): PropertyDecorator {
  return constraint((value) => {
    const reason = String(value);
    if (lengthOf(reason) > reasonLengthMax) return `A reason has at most ${reasonLengthMax} characters.`;
    return plainTextProblem(reason, 'A reason');
  });
}

/** Where a browser can be sent. */
export function IsReturnUrl(): PropertyDecorator {
  return constraint((value) => {
    const address = URL.parse(String(value));
    if (
      address === null ||
      !['http:', 'https:'].includes(address.protocol) ||
      lengthOf(String(value)) > addressLengthMax
    ) {
      return `A return address is an http or https URL of at most ${addressLengthMax} characters, such as https://shop.example/orders/42.`;
    }
    return looksLikeCardNumber(String(value)) ? holdsCardNumber : undefined;
  });
}

/** What a merchant says to a dispute. */
export function IsEvidence(): PropertyDecorator {
  return constraint((value) => {
    const evidence = String(value);
    if (evidence.trim() === '') return 'Evidence cannot be blank: say what was sold, and that it was delivered.';
    return lengthProblem(value, evidenceLengthMax, 'Evidence') ?? plainTextProblem(evidence, 'Evidence');
  });
}

function plainTextProblem(text: string, what: string): string | undefined {
  if (!text.isWellFormed() || controlCharacter.test(text)) return `${what} is plain text without control characters.`;
  return looksLikeCardNumber(text) ? holdsCardNumber : undefined;
}

function lengthProblem(value: unknown, lengthMax: number, what: string): string | undefined {
  const length = lengthOf(String(value));
  return length >= 1 && length <= lengthMax ? undefined : `${what} has 1 to ${lengthMax} characters, not ${length}.`;
}

/** In characters as the database counts them, not in UTF-16 units. */
function lengthOf(text: string): number {
  return Array.from(text).length;
}
