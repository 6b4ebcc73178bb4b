/**
 * Public ids, read and written by the specification alone (TypeID 0.3): whoever checks the services must not trust their code.
 */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const suffixLength = 26;

export function publicId(prefix: string, uuid: string): string {
  let rest = BigInt(`0x${uuid.replaceAll('-', '')}`);
  let suffix = '';
  for (let place = 0; place < suffixLength; place += 1) {
    suffix = alphabet.charAt(Number(rest & 31n)) + suffix;
    rest >>= 5n;
  }
  return `${prefix}_${suffix}`;
}

export function uuidIn(id: string): string {
  let value = 0n;
  for (const character of id.slice(-suffixLength)) value = (value << 5n) | BigInt(alphabet.indexOf(character));
  const hex = value.toString(16).padStart(32, '0');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
