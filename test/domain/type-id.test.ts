import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BrokenInvariant, idOf, parseId, uuidOf, uuidV7 } from '#domain';
import type { Id, PaymentId } from '#domain';
import { holds } from '../support/property.ts';

/**
 * The valid vectors of TypeID specification 0.3. Our ids always have a prefix; where the vector has none, `pay` stands
 * in.
 */
const validVectors = [
  ['nil', 'pay_00000000000000000000000000', 'pay', '00000000-0000-0000-0000-000000000000'],
  ['one', 'pay_00000000000000000000000001', 'pay', '00000000-0000-0000-0000-000000000001'],
  ['ten', 'pay_0000000000000000000000000a', 'pay', '00000000-0000-0000-0000-00000000000a'],
  ['sixteen', 'pay_0000000000000000000000000g', 'pay', '00000000-0000-0000-0000-000000000010'],
  ['thirty-two', 'pay_00000000000000000000000010', 'pay', '00000000-0000-0000-0000-000000000020'],
  ['max-valid', 'pay_7zzzzzzzzzzzzzzzzzzzzzzzzz', 'pay', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
  ['valid-alphabet', 'prefix_0123456789abcdefghjkmnpqrs', 'prefix', '0110c853-1d09-52d8-d73e-1194e95b5f19'],
  ['valid-uuidv7', 'prefix_01h455vb4pex5vsknk084sn02q', 'prefix', '01890a5d-ac96-774b-bcce-b302099a8057'],
  ['prefix-underscore', 'pre_fix_00000000000000000000000000', 'pre_fix', '00000000-0000-0000-0000-000000000000'],
] as const;

const letters64 = 'abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl';

/** The invalid vectors of the same specification, each asked for with the prefix that it pretends to have. */
const invalidVectors = [
  ['prefix-uppercase', 'PREFIX', 'PREFIX_00000000000000000000000000'],
  ['prefix-numeric', '12345', '12345_00000000000000000000000000'],
  ['prefix-period', 'pre.fix', 'pre.fix_00000000000000000000000000'],
  ['prefix-non-ascii', 'préfix', 'préfix_00000000000000000000000000'],
  ['prefix-spaces', '  prefix', '  prefix_00000000000000000000000000'],
  ['prefix-64-chars', letters64, `${letters64}_00000000000000000000000000`],
  ['separator-empty-prefix', '', '_00000000000000000000000000'],
  ['separator-empty', '', '_'],
  ['suffix-short', 'prefix', 'prefix_1234567890123456789012345'],
  ['suffix-long', 'prefix', 'prefix_123456789012345678901234567'],
  ['suffix-spaces', 'prefix', 'prefix_1234567890123456789012345 '],
  ['suffix-uppercase', 'prefix', 'prefix_0123456789ABCDEFGHJKMNPQRS'],
  ['suffix-hyphens', 'prefix', 'prefix_123456789-123456789-123456'],
  ['suffix-wrong-alphabet', 'prefix', 'prefix_ooooooiiiiiiuuuuuuulllllll'],
  ['suffix-ambiguous-crockford', 'prefix', 'prefix_i23456789ol23456789oi23456'],
  ['suffix-hyphens-crockford', 'prefix', 'prefix_123456789-0123456789-0123456'],
  ['suffix-overflow', 'prefix', 'prefix_8zzzzzzzzzzzzzzzzzzzzzzzzz'],
  ['prefix-underscore-start', '_prefix', '_prefix_00000000000000000000000000'],
  ['prefix-underscore-end', 'prefix_', 'prefix__00000000000000000000000000'],
] as const;

describe('an id is a TypeID', () => {
  it.each(validVectors)('valid vector %s', (_name, id, prefix, uuid) => {
    expect(idOf(prefix, uuid)).toBe(id);
    expect(uuidOf(id)).toBe(uuid);
    expect(parseId(prefix, id)).toBe(id);
  });

  it.each(invalidVectors)('invalid vector %s is refused', (_name, prefix, text) => {
    expect(parseId(prefix, text)).toBeUndefined();
  });

  it('accepts a prefix of 63 letters, the longest of the specification', () => {
    const prefix = letters64.slice(1);
    expect(parseId(prefix, `${prefix}_00000000000000000000000000`)).toBeDefined();
  });

  it.each([
    ['another kind', 'ref_01h455vb4pex5vsknk084sn02q'],
    ['a longer kind', 'pays_01h455vb4pex5vsknk084sn02q'],
    ['no kind', '01h455vb4pex5vsknk084sn02q'],
    ['a line feed behind', 'pay_01h455vb4pex5vsknk084sn02q\n'],
    ['a bare UUID', '01890a5d-ac96-774b-bcce-b302099a8057'],
    ['nothing', ''],
  ])('a payment id is not %s', (_name, text) => {
    expect(parseId('pay', text)).toBeUndefined();
  });

  it('comes back from any UUID, spelt in lower case', () => {
    holds(
      fc.property(fc.uuid(), (uuid) => {
        const id = idOf('evt', uuid.toUpperCase());
        expect(uuidOf(id)).toBe(uuid);
        expect(parseId('evt', id)).toBe(id);
      }),
    );
  });

  it('sorts as its UUIDs sort', () => {
    holds(
      fc.property(fc.uuid(), fc.uuid(), (first, second) => {
        expect(idOf('evt', first) < idOf('evt', second)).toBe(first < second);
      }),
    );
  });

  it('is not made of what is no UUID or no prefix', () => {
    expect(() => idOf('pay', '01890a5dac96774bbcceb302099a8057')).toThrow(BrokenInvariant);
    expect(() => idOf('PAY', '01890a5d-ac96-774b-bcce-b302099a8057')).toThrow(BrokenInvariant);
    expect(() => uuidOf('pay_8zzzzzzzzzzzzzzzzzzzzzzzzz')).toThrow(BrokenInvariant);
  });

  it('of one kind is not an id of another kind to the compiler', () => {
    const refundId: Id<'ref'> = idOf('ref', '01890a5d-ac96-774b-bcce-b302099a8057');
    // @ts-expect-error a refund's id where a payment's is needed
    const paymentId: PaymentId = refundId;
    expect(paymentId).toBe(refundId);
  });
});

describe('a UUID of version 7', () => {
  const random = (...bytes: number[]) => Uint8Array.from(bytes);

  it('puts the time first, then version, variant and chance', () => {
    // The example of RFC 9562, appendix A.6: 2022-02-22 19:22:22 UTC.
    const uuid = uuidV7(1_645_557_742_000, random(0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f));
    expect(uuid).toBe('017f22e2-79b0-7cc3-98c4-dc0c0c07398f');
  });

  it('has version 7 and variant 10 whatever the chance', () => {
    const bytes = fc.uint8Array({ minLength: 10, maxLength: 10 });
    holds(
      fc.property(fc.integer({ min: 0, max: 2 ** 48 - 1 }), bytes, (unixMs, tenBytes) => {
        const uuid = uuidV7(unixMs, tenBytes);
        expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16)).toBe(unixMs);
      }),
    );
  });

  it.each([-1, 0.5, 2 ** 48, Number.NaN])('refuses the time %d', (unixMs) => {
    expect(() => uuidV7(unixMs, new Uint8Array(10))).toThrow(BrokenInvariant);
  });

  it('refuses another number of random bytes than ten', () => {
    expect(() => uuidV7(0, new Uint8Array(9))).toThrow(BrokenInvariant);
  });
});
