import { digitsOf, uniform } from './checksum.ts';
import { FRACTION, NO_PHONE } from './phone.ts';
import { isDump, isSequence, OTHER_NUMBER, OTHER_OR_COUNT } from './phone-lookalikes.ts';
import { LEFT_ALONE, type EntityRule } from './rule.ts';

/**
 * Telephone numbers that a key of JSON, a form, a table or a contact card names, and national forms that no other number has.
 */

/** What may stand in a key beside the word for a telephone. */
const KEY_PART =
  '[ _-]?(?i:numbers?|num|no|nr|nummer|home|work|office|private|personal|business|mobile|cell|primary|secondary|main|contact|e164|[1-3])';
const KEY_WORDS =
  'phones?|telephones?|telefon(?:e|o|nummer|szám)?|telefoon(?:nummer)?|teléfono|téléphone|tel|mobile|mob|mobil(?:e|nummer|telefon|tlf)?|mobiel|cell|cellphone|celular|móvil|cellulare|fax|faxnummer|msisdn|whatsapp|handynummer|' +
  'contact[ _-]?(?:no|nr|num|number)|ph|numer telefonu|landline|hotline|toll-?free';
/** A key, with the words that stand before it in snake case and camel case. */
const KEY = `(?:(?:\\b|_)(?i:${KEY_WORDS})|[a-z](?:Phone|Telephone|Mobile|Fax|Tel|Cell|ContactNo|ContactNumber))(?:${KEY_PART}){0,3}`;
const SET = '\\.?["\'`]?(?: ?\\([^()\\n]{1,16}\\))?[ \\t]{0,3}(?:[:=>|]|=>)[ \\t[]{0,3}["\'`]?';
const EXTENSION = '(?:,? ?(?i:x|ext\\.? ?|extension )\\d{1,6})?';
const NUMBER = `\\(?\\d{1,5}\\)?(?:[ ./-]{0,2}\\(?\\d{2,5}\\)?){1,6}${EXTENSION}`;
/** Words of other scripts have no word boundary. */
const FOREIGN =
  '(?i:телефон[а-я]{0,2}|тел|моб|电话|電話|手机|手機|携帯|전화|휴대폰|טלפון|نייד|هاتف|جوال|फ़ोन|फोन|โทร|τηλ)';

/** Letters of contact cards: telephone, mobile, fax. */
const LETTER = '(?:^|[\\n|;,(/] ?|  )(?:T|M|F|Tel|Mob|Ph)[.:] ?';

/** Where the number is of, behind it. */
const PLACE = '(?i:office|mobile|mob|cell|fax|home|work|direct|landline|phone|tel|telephone|handy|whatsapp)';

/** Forms of single countries, by their groups and first digits. */
const NATIONAL: readonly string[] = [
  // Germany, Austria, Sweden, Finland, Pakistan, Kenya: an area with zero, and one group.
  '0[1-9]\\d{1,3}[/-] ?\\d{6,8}',
  '0(?:[1-5]\\d{2,3}|[6-9][89]\\d{1,2}|7[0-7]\\d{2}) \\d{6,8}',
  // Netherlands.
  '06[ -]?[1-9]\\d{7}',
  // Spain, Turkey, Greece, China.
  '[679]\\d{2} \\d{2} \\d{2} \\d{2}',
  '5[0-5]\\d[ .-]\\d{3}[ .-]\\d{2}[ .-]\\d{2}',
  '69\\d \\d{3} \\d{4}',
  '1[3-9]\\d[ -]\\d{4}[ -]\\d{4}',
  // Brazil, Mexico, Chile, Hungary: an area in parentheses.
  '\\([1-9]\\d\\) ?[2-9]\\d{3,4}-\\d{4}',
  '\\([1-9]\\d\\) ?9\\d{4} \\d{4}',
  '\\((?:33|55|56|81)\\) ?\\d{4}[ -]\\d{4}',
  '\\(2\\) ?[23]\\d{3}[ -]\\d{4}',
  '\\((?:1|[2-9]\\d|\\d{3})\\) ?\\d{3}[ -]\\d{3,4}',
];
/** The international prefix, for what is written with a plus elsewhere. */
const IDD = '00[ -]?[1-9]\\d{0,2}(?:[ .-]?(?:\\(0?\\d{1,4}\\)|\\d{1,5})){2,6}';
const RIGHT = '(?:$|[^\\w-]|-(?:$|\\D))';

const YEARS = /^\D*\d{1,3}\D{1,2}(?:19|20)\d{2}\D(?:19|20)\d{2}$/;
const DATED =
  /^(?:(?:19|20)\d{2}[ ./-]?\d{2}[ ./-]?\d{2}|(?:0?[1-9]|[12]\d|3[01])[ ./-](?:0?[1-9]|[12]\d|3[01])[ ./-](?:19|20)?\d{2})$/;
/** With an hour behind it. Groups with spaces alone, and years of two digits, may be a telephone number. */
const TIMED = /^(?:(?:19|20)\d{2}([./-])\d{2}\1\d{2}|\d{1,2}([./-])\d{1,2}\2(?:19|20)\d{2}) \d{1,2}$/;

function isNumber(match: string, least: number, most = 15): boolean {
  const digits = match.replace(/,? ?(?:x|ext).*$/i, '').replace(/\D/g, '');
  if (digits.length < least || digits.length > most || uniform(digits) || isSequence(match)) return false;
  return ![DATED, TIMED, FRACTION].some((other) => other.test(match));
}

const VANITY = /[A-Z].*[A-Z].*[A-Z]/;

export const PHONE_FORMS: readonly EntityRule[] = [
  {
    entity: 'PHONE',
    source: `${NO_PHONE}|(?:${KEY}${SET}|${FOREIGN}[^\\n\\d]{0,12}?|${LETTER})(${NUMBER})(?:$|[^\\w])`,
    score: 0.8,
    group: 1,
    validate: (match) => isNumber(match, 7),
  },
  {
    entity: 'PHONE',
    source: `${OTHER_NUMBER}|${LEFT_ALONE}(\\(?\\d{1,5}\\)?(?:[ .-]?\\d{2,5}){1,5})(?:[ -]{0,2}[([]${PLACE}[)\\]]|-${PLACE}(?:$|[^\\w.-]|\\.(?:$|[^\\w])))`,
    score: 0.75,
    group: 1,
    validate: (match) =>
      isNumber(match, /^\d{2} \d{2} \d{2}$/.test(match) ? 6 : /\D/.test(match) ? 7 : 8) &&
      !(match.startsWith('1') && digitsOf(match).length <= 8),
  },
  {
    entity: 'PHONE',
    source: `${OTHER_OR_COUNT}|${LEFT_ALONE}(${NATIONAL.join('|')})${EXTENSION}${RIGHT}`,
    score: 0.65,
    group: 1,
    validate: (match) => isNumber(match, 8) && !YEARS.test(match),
  },
  {
    entity: 'PHONE',
    source: `${OTHER_NUMBER}|${LEFT_ALONE}(${IDD})${RIGHT}`,
    score: 0.7,
    group: 1,
    // Numbers padded with zeros have no groups.
    validate: (match) => /\D/.test(match) && !isDump(match) && isNumber(match, 11, 17),
  },
  {
    entity: 'PHONE',
    source: `${LEFT_ALONE}(1[ .-]\\(?8(?:00|33|44|55|66|77|88)\\)?[ .-](?:[A-Z0-9]{3}-[A-Z0-9]{4}|[A-Z0-9]{1,2}-[A-Z0-9]{5,6}|[A-Z0-9]{7}))(?:$|[^\\w-])`,
    score: 0.7,
    group: 1,
    validate: (match) => VANITY.test(match),
  },
];
