/** Fields whose values never reach a log, wherever they stand within two levels. */
const secretFields = [
  'authorization',
  'cardToken',
  'card_token',
  'password',
  'secret',
  'secretKey',
  'signingSecret',
  'hash',
];

export const redactedPaths: string[] = [
  ...secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
  'req.headers.authorization',
  'req.headers.cookie',
];

export const censor = '[redacted]';

/** API keys and signing secrets by their own prefixes; passwords in connection URLs. */
const keyPattern = /\b(?:sk_(?:test|live)_|adm_(?:test|live)_|whsec_)[A-Za-z0-9+/=]{8,}/g;
const urlPasswordPattern = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"]+:)[^\s@"]+@/g;
/** 13 to 19 digits with at most single spaces or dashes between them, as card numbers are written. */
const cardNumberPattern = /(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-])/g;

/** Last line of defence on the finished log line: what slipped into a message or an error text. */
export function scrub(line: string): string {
  return line
    .replace(keyPattern, censor)
    .replace(urlPasswordPattern, `$1${censor}@`)
    .replace(cardNumberPattern, (digits) => (passesLuhn(digits) ? censor : digits));
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
