const censor = '[redacted]';

/** Fields whose values never reach a log, at any depth and in any case. */
const secretFields = [
  'authorization',
  'cookie',
  'set-cookie',
  'api[-_]?key',
  'card[-_]?token',
  'card[-_]?number',
  'pan',
  'cvc',
  'cvv',
  'password',
  'secret',
  'secret[-_]?key',
  'signing[-_]?secret',
  'hash',
  // What a database error repeats of its statement.
  'parameters',
].join('|');

/** A field of the line itself, with a text, a list or an object as its value; they hold no further lists or objects. */
const secretFieldPattern = new RegExp(
  String.raw`("(?:${secretFields})":)(?:"(?:[^"\\]|\\.)*"|\[[^\][]*\]|\{(?:[^{}[]|\[[^\][]*\])*\})`,
  'gi',
);
/** The same in a body that was logged as text, where each quotation mark has a backslash before it. */
const quotedSecretFieldPattern = new RegExp(String.raw`(\\"(?:${secretFields})\\":\s?)\\"(?:[^"\\]|\\(?!"))*\\"`, 'gi');

/** API keys and signing secrets, ours and Stripe’s, by their prefixes. A handle, which only finds a key, is shorter. */
const keyPattern = /\b(?:[sr]k_(?:test|live)_|adm_(?:test|live)_|whsec_)[A-Za-z0-9+/=]{8,}/g;
/** Passwords in connection URLs. No scheme is longer than this, and looking further would take long on long texts. */
const urlPasswordPattern = /(\b[a-z][a-z0-9+.-]{0,15}:\/\/[^\s:/@"]{0,100}:)[^\s@"]{1,200}@/g;
/** The whole row, when it violates a constraint. */
const refusedRowPattern = /(Failing row contains \()[^\n]*?\)\./g;
/**
 * 13 to 19 digits with at most single spaces or dashes between them, as card numbers are written. Those of the schemes
 * begin with 2 to 9; Unix milliseconds, until the year 2033, with 1.
 */
const cardNumberPattern = /(?<![\w.-])[2-9](?:[ -]?\d){12,18}(?![\w-])/g;

/**
 * Takes out of a finished log line what must not be kept: secret fields wherever they stand, and what slipped into a
 * message or an error text. What is left is JSON as before.
 */
export function scrub(line: string): string {
  return line
    .replace(secretFieldPattern, `$1"${censor}"`)
    .replace(quotedSecretFieldPattern, String.raw`$1\"${censor}\"`)
    .replace(keyPattern, censor)
    .replace(urlPasswordPattern, `$1${censor}@`)
    .replace(refusedRowPattern, `$1${censor}).`)
    .replace(cardNumberPattern, (digits, at: number, whole: string) =>
      passesLuhn(digits) ? standIn(whole, at, digits) : digits,
    );
}

/** A number among JSON's own punctuation has to stay a number. */
function standIn(line: string, at: number, digits: string): string {
  const before = line.charAt(at - 1);
  const after = line.charAt(at + digits.length);
  return /[:,[]/.test(before) && /[,\]}]/.test(after) ? '0' : censor;
}

function passesLuhn(text: string): boolean {
  const digits = text.replace(/\D/g, '');
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = Number(digits[digits.length - 1 - index]);
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
