/**
 * Digits, and groups of digits with up to three separators between them: blanks, hyphens and dashes, dots, slashes,
 * underscores.
 */
const digitRunPattern = /\d+(?:[\s\-\u2010-\u2015./_]{1,3}\d+)*/g;

/** The lengths of card numbers (ISO/IEC 7812). */
const digitsMin = 13;
const digitsMax = 19;

/**
 * Time in Unix milliseconds has this form until the year 2033, stands in many order ids, and no scheme has such card
 * numbers.
 */
const unixMsPattern = /^1\d{12}$/;

/** Order ids like to begin with the day, 20261121000123, and no scheme has card numbers that begin with 20. */
const dayFirstPattern = /^20\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])/;

/** One random UUID of four hundred would pass for a card number, and nobody writes a card number in this form. */
const uuidPattern =
  /(?<![0-9a-z])[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}(?![0-9a-z])/gi;

/**
 * Whether a card number may stand somewhere in the text. It is used to refuse free fields (references, reasons,
 * metadata) so that no card number ever reaches the database or a log. Every tenth number of the right length passes
 * the check digit by chance: better refused than kept.
 */
export function looksLikeCardNumber(text: string): boolean {
  // Full-width and other compatibility digits become ordinary ones, a no-break space becomes a space.
  const runs = text.normalize('NFKC').replace(uuidPattern, 'x').match(digitRunPattern) ?? [];
  return runs.some((run) => holdsCardNumber(run.match(/\d+/g) ?? []));
}

/** Tries all neighbouring groups, because a date or an amount may stand right before or behind the card number. */
function holdsCardNumber(groups: readonly string[]): boolean {
  return groups.some((_, start) => {
    let digits = '';
    for (let end = start; end < groups.length && digits.length <= digitsMax; end += 1) {
      digits += groups[end];
      const isWholeRun = start === 0 && end === groups.length - 1;
      if ((isWholeRun || isPrintedGrouping(groups.slice(start, end + 1))) && isCardNumber(digits)) return true;
    }
    return false;
  });
}

/**
 * One group, or the groups that cards are printed in, which begin with four digits. It spares lists of ordinary
 * numbers.
 */
function isPrintedGrouping([first = '', ...others]: readonly string[]): boolean {
  return others.length === 0 || (first.length === 4 && others.slice(0, -1).every((group) => group.length >= 4));
}

function isCardNumber(digits: string): boolean {
  if (digits.length < digitsMin || digits.length > digitsMax) return false;
  return !unixMsPattern.test(digits) && !dayFirstPattern.test(digits) && passesLuhn(digits);
}

/** The check digit of ISO/IEC 7812: every second digit from the right counts double, digit sums included. */
function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let fromRight = 0; fromRight < digits.length; fromRight += 1) {
    const digit = Number(digits.at(-1 - fromRight));
    const doubled = digit * 2 - (digit > 4 ? 9 : 0);
    sum += fromRight % 2 === 0 ? digit : doubled;
  }
  return sum % 10 === 0;
}
