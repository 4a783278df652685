import { bare, digitsOf, isDay, luhn, uniform, verhoeff, weigh } from './checksum.ts';
import { LEFT, after, before, type EntityRule } from './rule.ts';

function isTfn(match: string): boolean {
  const digits = digitsOf(match);
  const sum =
    digits.length === 8
      ? weigh(digits, [10, 7, 8, 4, 6, 3, 5, 1])
      : weigh(digits, [1, 4, 3, 7, 5, 8, 6, 9, 10]);
  return sum % 11 === 0 && !uniform(bare(match));
}

function isAbn(match: string): boolean {
  const [first = 0, ...rest] = digitsOf(match);
  return weigh([first - 1, ...rest], [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]) % 89 === 0;
}

function isMedicare(match: string): boolean {
  const digits = digitsOf(match);
  return weigh(digits, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === digits[8];
}

function isAadhaar(match: string): boolean {
  // A number that begins with a year and a hyphen is a file number.
  return verhoeff(digitsOf(match)) && !uniform(bare(match)) && !/^20\d\d-/.test(match);
}

/** Since 2020 the check digit is no longer issued, so only the date and the century digit are checked. */
function isRrn(match: string): boolean {
  return isDay(0, Number(match.slice(2, 4)), Number(match.slice(4, 6)));
}

const NRIC_LETTERS: Readonly<Record<string, readonly [offset: number, letters: string]>> = {
  S: [0, 'JZIHGFEDCBA'],
  T: [4, 'JZIHGFEDCBA'],
  F: [0, 'XWUTRQPNMLK'],
  G: [4, 'XWUTRQPNMLK'],
  M: [3, 'KLJNPQRTUWX'],
};

function isNric(match: string): boolean {
  const [offset, letters] = NRIC_LETTERS[match.charAt(0).toUpperCase()] ?? [0, ''];
  const rest = (weigh(digitsOf(match), [2, 7, 6, 5, 4, 3, 2]) + offset) % 11;
  const at = match.charAt(0).toUpperCase() === 'M' ? 10 - rest : rest;
  return letters.charAt(at) === match.slice(-1).toUpperCase();
}

function isThai(match: string): boolean {
  const digits = digitsOf(match);
  const check = (11 - (weigh(digits, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10;
  return check === digits[12] && !uniform(bare(match));
}

function isSouthAfrican(match: string): boolean {
  return isDay(0, Number(match.slice(2, 4)), Number(match.slice(4, 6))) && luhn(digitsOf(match));
}

const PAN = '[A-Z]{3}[ABCFGHJLPT][A-Z]\\d{4}[A-Z]';
const PAN_WORDS = 'pan|permanent account|income tax|tax ?id|taxpayer';
const ZA_ID = '\\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])\\d{4}[01][89]\\d';

export const ASIA_PACIFIC_RULES: readonly EntityRule[] = [
  {
    entity: 'AU_TFN',
    source: after('tfn|tax file|australian tax', '\\d{3}[ -]?\\d{3}[ -]?\\d{2,3}'),
    score: 1,
    group: 1,
    validate: isTfn,
  },
  {
    entity: 'AU_ABN',
    source: after('abn|australian business', '\\d{2} ?\\d{3} ?\\d{3} ?\\d{3}'),
    score: 1,
    group: 1,
    validate: isAbn,
  },
  {
    entity: 'AU_MEDICARE',
    source: after('medicare', '[2-6]\\d{3} ?\\d{5} ?\\d(?:[ /-]?\\d)?'),
    score: 1,
    group: 1,
    validate: isMedicare,
  },
  {
    entity: 'IN_AADHAAR',
    source: `${LEFT}([2-9]\\d{3}(?: \\d{4} \\d{4}|-\\d{4}-\\d{4}|:\\d{4}:\\d{4}))(?:$|[^\\w -]|[ -](?:$|\\D))`,
    score: 0.9,
    group: 1,
    validate: isAadhaar,
  },
  {
    entity: 'IN_AADHAAR',
    source: after('aadhaar|aadhar|uidai|uid', '[2-9]\\d{3}[ -]?\\d{4}[ -]?\\d{4}'),
    score: 1,
    group: 1,
    validate: isAadhaar,
  },
  { entity: 'IN_PAN', source: after(PAN_WORDS, PAN), score: 0.9, group: 1 },
  { entity: 'IN_PAN', source: before(PAN_WORDS, PAN), score: 0.9, group: 1 },
  {
    entity: 'KR_RRN',
    source: `${LEFT}(\\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])-[1-8]\\d{6})\\b`,
    score: 0.85,
    group: 1,
    validate: isRrn,
  },
  {
    entity: 'KR_RRN',
    source: after(
      'rrn|frn|resident registration|korean|주민등록번호|주민번호|foreigner registration',
      '\\d{6}-?[0-9]\\d{6}',
    ).replace('(?i:\\b', '(?i:'),
    score: 0.9,
    group: 1,
    validate: isRrn,
  },
  { entity: 'SG_NRIC', source: '\\b[STFGMstfgm]\\d{7}[A-Za-z]\\b', score: 0.95, validate: isNric },
  {
    entity: 'TH_NATIONAL_ID',
    source: `${LEFT}([1-8]-\\d{4}-\\d{5}-\\d{2}-\\d)\\b`,
    score: 1,
    group: 1,
    validate: isThai,
  },
  {
    entity: 'TH_NATIONAL_ID',
    source: after('thai|thailand|tnin|citizen id|national id', '[1-8]\\d{12}'),
    score: 1,
    group: 1,
    validate: isThai,
  },
  { entity: 'ZA_ID', source: `${LEFT}(${ZA_ID})\\b`, score: 0.9, group: 1, validate: isSouthAfrican },
];
