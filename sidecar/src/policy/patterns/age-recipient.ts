/** Of BIP 173. */
const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const GENERATORS = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

/** `age1` and 58 characters: 32 bytes and a checksum of 30 bits. */
const SHAPE = /^age1[02-9ac-hj-np-z]{58}$/;

/**
 * Whether `text` is an X25519 recipient of age (`age1…`, age-encryption.org/v1), its checksum included: a mistyped key would seal bodies that
 * no identity opens.
 */
export function isAgeRecipient(text: string): boolean {
  if (!SHAPE.test(text)) return false;
  const prefix = Array.from(Buffer.from('age'));
  const data = Array.from(text.slice(4), (letter) => ALPHABET.indexOf(letter));
  return checksum([...prefix.map((code) => code >> 5), 0, ...prefix.map((code) => code & 31), ...data]) === 1;
}

/** The polynomial of BIP 173, "Checksum". */
function checksum(values: readonly number[]): number {
  let sum = 1;
  for (const value of values) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    GENERATORS.forEach((generator, bit) => {
      if (((top >>> bit) & 1) === 1) sum ^= generator;
    });
  }
  return sum;
}
