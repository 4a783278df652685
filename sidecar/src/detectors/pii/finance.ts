import { isBitcoinAddress } from './bitcoin.ts';
import { bare, digitsOf, iso97, luhn, uniform } from './checksum.ts';
import { LEFT, after, type EntityRule } from './rule.ts';

/** Numbers of these issuers have one length: Visa, Mastercard, Amex. */
const LENGTHS: readonly (readonly [RegExp, readonly number[]])[] = [
  [/^4/, [13, 16, 19]],
  [/^(?:5[1-5]|2[2-7])/, [16]],
  [/^3[47]/, [15]],
];

/** Issuer identification: Visa, Mastercard, Amex, Diners, Discover, JCB, UnionPay, Maestro, Mir, RuPay. */
const ISSUERS =
  /^(?:4|5[0-8]|2(?:2[2-9]|[3-6]\d|7[01]|720)|3[47]|3(?:0[0-5]|[689])|6(?:011|4[4-9]|5|2|0|[137]|8[12])|35(?:2[89]|[3-8]\d)|1800|2131|220[0-4]|8[12])/;

function isCard(match: string): boolean {
  const digits = digitsOf(match);
  // The check first: of groups of digits, nine in ten fail it.
  if (digits.length < 12 || digits.length > 19 || !luhn(digits)) return false;
  const number = bare(match);
  const lengths = LENGTHS.find(([issuer]) => issuer.test(number))?.[1];
  return ISSUERS.test(number) && lengths?.includes(number.length) !== false && !uniform(number);
}

/** Not the number of a SIM card, which has the same check. */
function isPayingNumber(match: string): boolean {
  return !match.startsWith('89') && luhn(digitsOf(match)) && !uniform(match);
}

/** Length of sixteen digits in groups of four, if further digits follow that are not part of the number: an expiry date, a check value. */
const SIXTEEN = 19;

function cardLength(match: string): number {
  return match.length > SIXTEEN && match.includes(' ') && !isCard(match) ? SIXTEEN : match.length;
}

/** The IBAN registry's lengths (SWIFT, ISO 13616). */
const IBAN_LENGTHS: Readonly<Record<string, number>> = Object.fromEntries(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 ' +
    'FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 ' +
    'MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 ' +
    'SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** The country determines the length; further groups are not part of it. */
function ibanLength(match: string): number {
  const wanted = IBAN_LENGTHS[match.slice(0, 2).toUpperCase()] ?? 0;
  let seen = 0;
  for (let at = 0; at < match.length; at++) {
    if (/[0-9A-Za-z]/.test(match.charAt(at)) && ++seen === wanted) return at + 1;
  }
  return 0;
}

/** Sixteen digits in groups of four, or fifteen as Amex prints them, with a sign between groups. */
function groups(joint: string): string {
  return `\\d{4}(?:${joint}\\d{4}){3}|\\d{4}${joint}\\d{6}${joint}\\d{5}`;
}

/** Signs between groups of a card number that divide no values of tables and lists. */
const JOINTS = ['\\.', '/', '_', '·', ' - ', ' / '];
const CARD_WORDS =
  'cards?|kreditkarten?|kartennummer|carte(?: bancaire| bleue)?|tarjetas?|carta di credito|cartão|creditcard|card_?numbers?|visa|mastercard|maestro|amex|american express|cc|pan';
/** Line ends, tabs, several spaces, commas and bars divide values in tables and lists: between groups only behind a word for cards. */
const WIDE_GAP = '(?:[ \\t\\r\\n]{1,4}|, ?| ?\\| ?)';

export const FINANCE_RULES: readonly EntityRule[] = [
  {
    entity: 'CREDIT_CARD',
    source: `${LEFT}(${JOINTS.map(groups).join('|')})(?:$|[^\\w./]|[./](?:$|\\D))`,
    score: 1,
    group: 1,
    validate: isCard,
  },
  {
    entity: 'CREDIT_CARD',
    source: `(?i:\\b(?:${CARD_WORDS})\\b)[^0-9]{0,40}(${groups(WIDE_GAP)}|\\d{8}[ -]\\d{8})(?:$|[^\\w])`,
    score: 0.9,
    group: 1,
    validate: isCard,
  },
  {
    entity: 'CREDIT_CARD',
    source: `${LEFT}(\\d{14,19}|\\d{4}(?: \\d{4}){3}(?: \\d{1,3})?|\\d{4}(?:-\\d{4}){3}|\\d{4}(?: \\d{6} \\d{4,5}|-\\d{6}-\\d{4,5}))\\b`,
    score: 1,
    group: 1,
    keep: cardLength,
    validate: isCard,
  },
  {
    entity: 'CREDIT_CARD',
    source: after(
      '(?:credit|debit|bank|payment|visa|maestro|master)? ?cards?|visa|maestro|mastercard|amex|cc|pan',
      '\\d{12,13}',
      40,
    ),
    score: 0.9,
    group: 1,
    validate: isCard,
  },
  // Of an issuer that is not listed: only where it is said whose card it is, or that it pays.
  {
    entity: 'CREDIT_CARD',
    source: after(
      '(?:credit|debit|bank|payment|my|your|his|her|their) ?cards?(?: number| no)?|cc',
      '\\d{12,16}',
      24,
    ),
    score: 0.8,
    group: 1,
    validate: isPayingNumber,
  },
  {
    entity: 'IBAN',
    source:
      '\\b([A-Za-z]{2}\\d{2}[A-Za-z0-9]{11,30}|[A-Z]{2}\\d{2}(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,3})?|[A-Z]{2}\\d{2}(?:-[A-Z0-9]{4}){2,7}(?:-[A-Z0-9]{1,3})?)\\b',
    score: 1,
    group: 1,
    keep: ibanLength,
    validate: (match) => iso97(bare(match)),
  },
  {
    entity: 'CRYPTO_WALLET',
    source: '\\b(?:[13][1-9A-HJ-NP-Za-km-z]{25,34}|bc1[02-9ac-hj-np-z]{11,71}|BC1[02-9AC-HJ-NP-Z]{11,71})\\b',
    score: 1,
    validate: isBitcoinAddress,
  },
];
