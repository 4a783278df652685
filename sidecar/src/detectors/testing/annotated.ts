import type { PiiEntity } from '../pii/entity.ts';

/** The names that the development data and other detectors give to our entities. */
export const ENTITY_NAMES: Readonly<Record<string, PiiEntity>> = {
  EMAIL_ADDRESS: 'EMAIL',
  PHONE_NUMBER: 'PHONE',
  PH_MOBILE_NUMBER: 'PHONE',
  TR_PHONE_NUMBER: 'PHONE',
  IBAN_CODE: 'IBAN',
  CRYPTO: 'CRYPTO_WALLET',
  FI_PERSONAL_IDENTITY_CODE: 'FI_HETU',
};

/** Networks, and addresses that are of no person: private ones, those of documentation and the like. */
export const SPECIAL_ADDRESS =
  /\/|^(?:0|10|127|169\.254|172\.(?:1[6-9]|2\d|3[01])|192\.168|2(?:2[4-9]|[34]\d|5[0-5]))\.|^(?:::|f[cdef]|2001:db8)/i;

/** Some of the data mark a title alone as a name. */
export const TITLE = /^(?:mr|mrs|ms|dr|miss|prof)\.?$/i;

/** A finding or an annotation in a text, in UTF-16 code units. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** What two ranges share, of what they cover together. */
export function overlap(a: Range, b: Range): number {
  const shared = Math.min(a.end, b.end) - Math.max(a.start, b.start);
  return Math.max(0, shared) / (Math.max(a.end, b.end) - Math.min(a.start, b.start));
}
