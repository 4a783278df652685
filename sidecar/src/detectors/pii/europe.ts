import { bare, digitsOf, iso1110, isDay, luhn, uniform, weigh } from './checksum.ts';
import { LEFT, LEFT_ALONE, after, before, type EntityRule } from './rule.ts';

const NIF_LETTERS = 'TRWAGMYFPDXBNJZSQVHLCKE';
const HETU_LETTERS = '0123456789ABCDEFHJKLMNPRSTUVWXY';
/** Values of characters in odd places of an Italian fiscal code: of A to Z, digits as A to J. */
const ITALIAN_ODD = [
  1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
];

function isNhs(match: string): boolean {
  const digits = digitsOf(match);
  const check = (11 - (weigh(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
  return check === digits[9] && !uniform(bare(match));
}

function isNif(match: string): boolean {
  const text = bare(match).toUpperCase();
  const number = Number(text.slice(0, -1).replace('X', '0').replace('Y', '1').replace('Z', '2'));
  return NIF_LETTERS.charAt(number % 23) === text.slice(-1);
}

function isFiscalCode(match: string): boolean {
  const text = match.toUpperCase();
  let sum = 0;
  for (let at = 0; at < 15; at++) {
    const code = text.charCodeAt(at);
    const value = code < 65 ? code - 48 : code - 65;
    sum += at % 2 === 0 ? (ITALIAN_ODD[value] ?? 0) : value;
  }
  return String.fromCharCode(65 + (sum % 26)) === text.slice(15);
}

function isBsn(match: string): boolean {
  return weigh(digitsOf(match), [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0 && !uniform(bare(match));
}

function isPesel(match: string): boolean {
  const digits = digitsOf(match);
  const month = Number(match.slice(2, 4)) % 20 || 20;
  const check = (10 - (weigh(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10;
  return check === digits[10] && isDay(0, month, Number(match.slice(4, 6)));
}

function isGermanTaxId(match: string): boolean {
  return iso1110(digitsOf(match)) && !uniform(bare(match));
}

/** The key is 97 minus the number modulo 97; Corsica's departments 2A and 2B count as 19 and 18. */
function isNir(match: string): boolean {
  const text = bare(match).toUpperCase();
  const number = text.slice(0, 13).replace('2A', '19').replace('2B', '18');
  return /^\d{13}$/.test(number) && 97 - Number(BigInt(number) % 97n) === Number(text.slice(13));
}

function isPersonnummer(match: string): boolean {
  const digits = digitsOf(match).slice(-10).join('');
  const day = Number(digits.slice(4, 6));
  return isDay(0, Number(digits.slice(2, 4)), day > 60 ? day - 60 : day) && luhn(digitsOf(digits));
}

function isHetu(match: string): boolean {
  const number = Number(match.slice(0, 6) + match.slice(7, 10));
  return (
    isDay(0, Number(match.slice(2, 4)), Number(match.slice(0, 2))) &&
    HETU_LETTERS.charAt(number % 31) === match.slice(10).toUpperCase()
  );
}

function isAhv(match: string): boolean {
  return weigh(digitsOf(match), [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0;
}

function isKimlik(match: string): boolean {
  const digits = digitsOf(match);
  const tenth = ((weigh(digits, [7, -1, 7, -1, 7, -1, 7, -1, 7]) % 10) + 10) % 10;
  return (
    tenth === digits[9] && digits.slice(0, 10).reduce((sum, digit) => sum + digit, 0) % 10 === digits[10]
  );
}

const NIR = '[12] ?\\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\\d) ?(?:\\d{2}|2[ABab]) ?\\d{3} ?\\d{3} ?\\d{2}';
const DAY = '(?:0[1-9]|[12]\\d|3[01]|[67]\\d|8\\d|9[01])';

export const EUROPEAN_RULES: readonly EntityRule[] = [
  {
    entity: 'UK_NHS',
    source: `${LEFT_ALONE}(\\d{3} \\d{3} \\d{4})(?:$|[^\\w .-]|[ .-](?:$|\\D))`,
    score: 0.8,
    group: 1,
    validate: isNhs,
  },
  {
    entity: 'UK_NHS',
    source: after('nhs|national health|health service|patient', '\\d{3}[ -]?\\d{3}[ -]?\\d{4}'),
    score: 1,
    group: 1,
    validate: isNhs,
  },
  {
    entity: 'UK_NINO',
    source: after(
      'nino|national insurance|ni number|ni no',
      '(?i:[A-CEGHJ-PR-TW-Z]{2} ?\\d{2} ?\\d{2} ?\\d{2} ?[A-D])',
    ),
    score: 0.9,
    group: 1,
  },
  {
    entity: 'UK_NINO',
    source: before(
      'nino|national insurance|ni number|ni no',
      '(?i:[A-CEGHJ-PR-TW-Z]{2} ?\\d{2} ?\\d{2} ?\\d{2} ?[A-D])',
    ),
    score: 0.9,
    group: 1,
  },
  {
    entity: 'DE_TAX_ID',
    source: after(
      'steuer-?id|steuer-?identifikationsnummer|identifikationsnummer|idnr|steueridnr|tax ?id|tin|steuernummer',
      '[1-9]\\d ?\\d{3} ?\\d{3} ?\\d{3}',
    ),
    score: 1,
    group: 1,
    validate: isGermanTaxId,
  },
  { entity: 'FR_NIR', source: `${LEFT}(${NIR})\\b`, score: 1, group: 1, validate: isNir },
  { entity: 'ES_NIF', source: `${LEFT}(\\d{7,8}-?[A-HJ-NP-TV-Z])\\b`, score: 0.9, group: 1, validate: isNif },
  {
    entity: 'ES_NIF',
    source: after('dni|nif', '\\d{7,8}-?[A-HJ-NP-TV-Za-hj-np-tv-z]'),
    score: 1,
    group: 1,
    validate: isNif,
  },
  {
    entity: 'ES_NIE',
    source: `${LEFT}([XYZ]-?\\d{7}-?[A-HJ-NP-TV-Z])\\b`,
    score: 1,
    group: 1,
    validate: isNif,
  },
  {
    entity: 'IT_FISCAL_CODE',
    source: '\\b(?i:[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPR-T][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z])\\b',
    score: 1,
    validate: isFiscalCode,
  },
  {
    entity: 'NL_BSN',
    source: after('bsn|burgerservicenummer|sofinummer|sofi', '\\d{9}|\\d{4}[ .]\\d{2}[ .]\\d{3}'),
    score: 1,
    group: 1,
    validate: isBsn,
  },
  { entity: 'PL_PESEL', source: after('pesel', '\\d{11}'), score: 1, group: 1, validate: isPesel },
  {
    entity: 'SE_PERSONNUMMER',
    source: `${LEFT}((?:19|20)?\\d{2}(?:0[1-9]|1[0-2])${DAY}[-+]\\d{4})(?:$|[^\\w-])`,
    score: 0.95,
    group: 1,
    validate: isPersonnummer,
  },
  {
    entity: 'SE_PERSONNUMMER',
    source: after('personnummer|personnr|samordningsnummer|swedish|pnr', '(?:19|20)?\\d{6}-?\\d{4}'),
    score: 1,
    group: 1,
    validate: isPersonnummer,
  },
  {
    entity: 'FI_HETU',
    source: `${LEFT}(\\d{6}[-+A-FU-Ya-fu-y]\\d{3}[0-9A-FHJ-NPR-Ya-fhj-npr-y])\\b`,
    score: 1,
    group: 1,
    validate: isHetu,
  },
  {
    entity: 'CH_AHV',
    source: `${LEFT}(756[. ]?\\d{4}[. ]?\\d{4}[. ]?\\d{2})\\b`,
    score: 1,
    group: 1,
    validate: isAhv,
  },
  {
    entity: 'TR_KIMLIK',
    source: after('kimlik|tc|t\\.c\\.|tckn|turkish id', '[1-9]\\d{10}'),
    score: 1,
    group: 1,
    validate: isKimlik,
  },
];
