import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { looksLikeCardNumber } from '#security';
import { holds } from '../support/property.ts';

describe('a text with a card number in it', () => {
  it.each([
    ['4111111111111111', 'Visa'],
    ['4222222222222', 'Visa of 13 digits'],
    ['5555555555554444', 'Mastercard'],
    ['2223003122003222', 'Mastercard of the 2 series'],
    ['378282246310005', 'American Express'],
    ['6011111111111117', 'Discover'],
    ['30569309025904', 'Diners Club'],
    ['3566002020360505', 'JCB'],
    ['6304000000000000', 'Maestro'],
    ['6759649826438000002', '19 digits'],
    ['4111 1111 1111 1111', 'blanks'],
    ['4111-1111-1111-1111', 'hyphens'],
    ['4111.1111.1111.1111', 'dots'],
    ['4111_1111_1111_1111', 'underscores'],
    ['4111 – 1111 – 1111 – 1111', 'dashes between blanks'],
    ['3782 822463 10005', 'groups of American Express'],
    ['3056 930902 5904', 'groups of Diners Club'],
    ['6759 6498 2643 8000 002', 'groups of 19 digits'],
    ['4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1', 'digit by digit'],
    ['41 11 11 11 11 11 11 11', 'pairs'],
    ['4111\u00a01111\u00a01111\u00a01111', 'no-break spaces'],
    ['4111\n1111\n1111\n1111', 'lines'],
    ['４１１１１１１１１１１１１１１１', 'full-width digits'],
    ['card:4111111111111111!', 'inside a text'],
    ['pan4111111111111111x', 'inside a word'],
    ['2026-11-20 4111 1111 1111 1111', 'a date before'],
    ['4111 1111 1111 1111 12/29 123', 'expiry and code behind'],
    ['4111111111111111 4111111111111111', 'twice'],
    ['order 7, 4111111111111111', 'behind another number'],
  ])('is found out: %s (%s)', (text) => {
    expect(looksLikeCardNumber(text)).toBe(true);
  });

  it('is found out whatever the number', () => {
    const numbers = fc
      .tuple(fc.constantFrom('2', '3', '4', '5', '6'), fc.stringMatching(/^\d{11,17}$/))
      // No scheme has numbers that begin with 20, and many order ids begin with the year.
      .filter(([first, rest]) => !(first === '2' && rest.startsWith('0')))
      .map(([first, rest]) => withCheckDigit(first + rest));
    holds(
      fc.property(numbers, fc.constantFrom('', ' ', '-'), (number, separator) => {
        expect(looksLikeCardNumber(`paid by ${number.match(/\d{1,4}/g)?.join(separator)} today`)).toBe(true);
      }),
    );
  });
});

describe('a text without one', () => {
  it.each([
    ['', 'nothing'],
    ['Order 1001', 'an order'],
    ['4111111111111112', 'a wrong check digit'],
    ['411111111111', '12 digits'],
    ['41111111111111111115', '20 digits that pass the check digit'],
    ['1795176000002', 'Unix milliseconds that pass the check digit'],
    ['+49 170 1234567', 'a telephone number'],
    ['2026-11-20T12:00:00.000Z', 'a time'],
    ['100 200 300 400 500 600 700', 'a list of numbers'],
    ['478 4584 8530 5747 1352 63', 'numbers of which some together pass the check digit'],
    ['2026-11-23-16-59-27-619-2026', 'a time of which a part passes the check digit'],
    ['01890a5d-ac96-774b-bcce-b302099a8057', 'a UUID'],
    ['6d2889c6-3472-46c1-8819-408631757d9a', 'a UUID of which a part passes the check digit'],
    ['order-2b683141-3351-463f-a0a4-7d22e16c6974', 'another behind a word'],
    ['20261121-000123', 'a day and a number that pass the check digit'],
    ['pay_01h455vb4pex5vsknk084sn02q', 'an id of ours'],
    ['DE89 3704 0044 0532 0130 00', 'an IBAN'],
  ])('passes: %s (%s)', (text) => {
    expect(looksLikeCardNumber(text)).toBe(false);
  });

  it('passes with any wrong check digit', () => {
    const numbers = fc.stringMatching(/^[2-6]\d{11,17}$/).map(withCheckDigit);
    holds(
      fc.property(numbers, fc.integer({ min: 1, max: 9 }), (number, error) => {
        const wrong = number.slice(0, -1) + ((Number(number.at(-1)) + error) % 10).toString();
        expect(looksLikeCardNumber(wrong)).toBe(false);
      }),
    );
  });
});

/**
 * The one digit that makes the sum divisible by ten, found by trying; the sum is taken in another way than in the code
 * under test.
 */
function withCheckDigit(digits: string): string {
  const doubled = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9];
  const sum = [...digits].toReversed().reduce((total, digit, index) => {
    return total + (index % 2 === 0 ? (doubled[Number(digit)] ?? 0) : Number(digit));
  }, 0);
  return digits + ((10 - (sum % 10)) % 10).toString();
}
