/** A positive quantity of Kubernetes, without a sign or an exponent. */
const QUANTITY = /^(?!0+(?:\.0*)?\D*$)\d+(?:\.\d+)?(?:m|k|[KMGT]i|[MGT])?$/;

const UNITS = ['', 'k', 'M', 'G', 'T'];

const MEBIBYTE = 1024 * 1024;

export function isQuantity(text: string): boolean {
  return QUANTITY.test(text);
}

/** @param quantity one that {@link isQuantity} accepts @returns its value in units: cores, or bytes */
export function quantityValue(quantity: string): number {
  const [, digits = '', unit = ''] = /^([\d.]+)(.*)$/.exec(quantity) ?? [];
  if (unit === 'm') return Number(digits) / 1000;
  const base = unit.endsWith('i') ? 1024 : 1000;
  return Number(digits) * base ** UNITS.indexOf(unit.replace(/i$/, '').replace('K', 'k'));
}

/** @returns whole mebibytes, rounded down */
export function mebibytes(quantity: string): number {
  return Math.floor(quantityValue(quantity) / MEBIBYTE);
}
