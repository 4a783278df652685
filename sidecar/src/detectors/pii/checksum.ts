/** Check digits of common numbers. All functions take the bare characters, without separators, and never throw. */

/** The characters without separators. */
export function bare(text: string): string {
  return text.replace(/[^0-9A-Za-z]/g, '');
}

export function digitsOf(text: string): readonly number[] {
  const digits: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit >= 0 && digit <= 9) digits.push(digit);
  }
  return digits;
}

export function weigh(digits: readonly number[], weights: readonly number[]): number {
  return weights.reduce((sum, weight, at) => sum + weight * (digits[at] ?? 0), 0);
}

/** True if all characters are equal: examples and padding that pass many checksums. */
export function uniform(text: string): boolean {
  return /^(.)\1*$/.test(text);
}

/** ISO/IEC 7812-1 annex B. */
export function luhn(digits: readonly number[]): boolean {
  let sum = 0;
  for (let at = 0; at < digits.length; at++) {
    const digit = digits[at] ?? 0;
    const doubled = (digits.length - at) % 2 === 0 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return digits.length > 1 && sum % 10 === 0;
}

/** ISO 7064 MOD 97-10 over letters and digits, as IBAN uses it: the first four characters moved to the end. */
export function iso97(text: string): boolean {
  let rest = 0;
  for (const character of text.slice(4) + text.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    if (Number.isNaN(value)) return false;
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

/** ISO 7064 MOD 11,10. */
export function iso1110(digits: readonly number[]): boolean {
  let product = 10;
  for (const digit of digits.slice(0, -1)) {
    const sum = (digit + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return (11 - product) % 10 === digits.at(-1);
}

const DIHEDRAL = [
  '0123456789',
  '1234067895',
  '2340178956',
  '3401289567',
  '4012395678',
  '5987604321',
  '6598710432',
  '7659821043',
  '8765932104',
  '9876543210',
].map(digitsOf);
const SHIFTS = [
  '0123456789',
  '1576283094',
  '5803796142',
  '8916043527',
  '9453126870',
  '4286573901',
  '2793806415',
  '7046913258',
].map(digitsOf);

/** Verhoeff's check over the dihedral group D5. */
export function verhoeff(digits: readonly number[]): boolean {
  const end = [...digits]
    .reverse()
    .reduce((check, digit, at) => DIHEDRAL[check]?.[SHIFTS[at % 8]?.[digit] ?? 0] ?? 0, 0);
  return digits.length > 1 && end === 0;
}

/** A valid calendar day; `year` may have two or four digits. */
export function isDay(year: number, month: number, day: number): boolean {
  return year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}
