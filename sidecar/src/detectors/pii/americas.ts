import { bare, digitsOf, luhn, uniform, weigh } from './checksum.ts';
import { LEFT, after, type EntityRule } from './rule.ts';

/** Areas 000, 666 and 900 up were never issued, nor group 00 nor serial 0000; two numbers became famous in advertisements. */
function isSsn(match: string): boolean {
  const digits = bare(match);
  return (
    !/^(?:000|666|9)|^.{3}00|0000$/.test(digits) &&
    !uniform(digits) &&
    digits !== '123456789' &&
    digits !== '987654321'
  );
}

function isNpi(match: string): boolean {
  return luhn(digitsOf(`80840${bare(match)}`)) && !uniform(bare(match));
}

function isCpf(match: string): boolean {
  const digits = digitsOf(match);
  const check = (count: number): number => {
    const sum = digits.slice(0, count).reduce((total, digit, at) => total + digit * (count + 1 - at), 0);
    return ((sum * 10) % 11) % 10;
  };
  return !uniform(bare(match)) && check(9) === digits[9] && check(10) === digits[10];
}

const SSN_WORDS = 'ssn|ssns|social security|social-security|soc sec|social';
const ITIN = '9\\d{2}(?:[ -]?(?:5\\d|6[0-5]|7\\d|8[0-8]|9[0-24-9])[ -]?)\\d{4}';

export const AMERICAN_RULES: readonly EntityRule[] = [
  {
    entity: 'US_SSN',
    source: `${LEFT}(\\d{3}-\\d{2}-\\d{4}|\\d{3} \\d{2} \\d{4})(?:$|[^\\w-]|-(?:$|[^\\w]))`,
    score: 0.9,
    group: 1,
    validate: isSsn,
  },
  {
    entity: 'US_SSN',
    source: after(SSN_WORDS, '\\d{3}[ .-]?\\d{2}[ .-]?\\d{4}', 30),
    score: 0.9,
    group: 1,
    validate: isSsn,
  },
  {
    entity: 'US_ITIN',
    source: `${LEFT}(9\\d{2}-(?:5\\d|6[0-5]|7\\d|8[0-8]|9[0-24-9])-\\d{4})\\b`,
    score: 0.9,
    group: 1,
  },
  { entity: 'US_ITIN', source: after('itin|taxpayer|tax ?id', ITIN, 30), score: 0.9, group: 1 },
  {
    entity: 'US_MBI',
    source:
      '\\b[1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\\d-?[AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\\d-?[AC-HJKMNP-RT-Y]{2}\\d{2}\\b',
    score: 0.8,
  },
  {
    entity: 'US_NPI',
    source: after('npi|provider', '[12]\\d{3}[ -]?\\d{3}[ -]?\\d{3}'),
    score: 0.9,
    group: 1,
    validate: isNpi,
  },
  {
    entity: 'CA_SIN',
    source: `${LEFT}([1-79]\\d{2}-\\d{3}-\\d{3})(?:$|[^\\w-])`,
    score: 0.8,
    group: 1,
    validate: (match) => luhn(digitsOf(match)),
  },
  {
    entity: 'CA_SIN',
    source: after('sin|social insurance|nas|assurance sociale', '[1-79]\\d{2}[ -]?\\d{3}[ -]?\\d{3}'),
    score: 1,
    group: 1,
    validate: (match) => luhn(digitsOf(match)),
  },
  {
    entity: 'BR_CPF',
    source: `${LEFT}(\\d{3}\\.\\d{3}\\.\\d{3}-\\d{2})\\b`,
    score: 1,
    group: 1,
    validate: isCpf,
  },
  { entity: 'BR_CPF', source: after('cpf', '\\d{11}|\\d{9}-\\d{2}'), score: 1, group: 1, validate: isCpf },
  {
    entity: 'US_ROUTING',
    source: after('aba|routing|rtn|bank transit|wire', '\\d{9}|\\d{4}-\\d{4}-\\d', 30),
    score: 1,
    group: 1,
    validate: isRouting,
  },
];

/** The ABA's check and the ranges of Federal Reserve prefixes. */
function isRouting(match: string): boolean {
  const digits = digitsOf(match);
  const first = (digits[0] ?? 0) * 10 + (digits[1] ?? 0);
  const issued = first <= 12 || (first >= 21 && first <= 32) || (first >= 61 && first <= 72) || first === 80;
  return issued && !uniform(bare(match)) && weigh(digits, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0;
}
