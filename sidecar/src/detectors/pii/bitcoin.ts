import { createHash } from 'node:crypto';

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const BECH32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const GENERATORS = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
/** Final values of Bech32 (BIP 173) and Bech32m (BIP 350). */
const CONSTANTS = [1, 0x2bc830a3];

/** Base58Check (P2PKH, P2SH) or segwit address of Bitcoin's main network. */
export function isBitcoinAddress(address: string): boolean {
  return /^bc1/i.test(address) ? isSegwit(address.toLowerCase()) : isBase58Check(address);
}

function isBase58Check(address: string): boolean {
  let value = 0n;
  for (const character of address) {
    const digit = BASE58.indexOf(character);
    if (digit < 0) return false;
    value = value * 58n + BigInt(digit);
  }
  const hex = value.toString(16).padStart(50, '0');
  if (hex.length !== 50) return false;
  const bytes = Buffer.from(hex, 'hex');
  const version = bytes[0];
  return (
    (version === 0 || version === 5) &&
    sha256(sha256(bytes.subarray(0, 21)))
      .subarray(0, 4)
      .equals(bytes.subarray(21))
  );
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function isSegwit(address: string): boolean {
  let check = 1;
  // The expanded prefix "bc": high bits, zero, low bits.
  for (const value of [3, 3, 0, 2, 3]) check = polymod(check, value);
  for (const character of address.slice(3)) {
    const value = BECH32.indexOf(character);
    if (value < 0) return false;
    check = polymod(check, value);
  }
  return CONSTANTS.includes(check);
}

function polymod(check: number, value: number): number {
  const top = check >>> 25;
  let next = ((check & 0x1ffffff) << 5) ^ value;
  GENERATORS.forEach((generator, bit) => {
    if ((top >>> bit) & 1) next ^= generator;
  });
  return next >>> 0;
}
