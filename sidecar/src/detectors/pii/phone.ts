import { digitsOf, uniform } from './checksum.ts';
import { COUNT_OF_KEY, isSequence, OF_A_CALL, OTHER_NUMBER, OTHER_OR_COUNT } from './phone-lookalikes.ts';
import { LEFT_ALONE, LEFT_OPEN, after, type EntityRule } from './rule.ts';

/** Of which country a number is. */
const NATIONS =
  'us|uk|eu|cn|american|canadian|british|english|irish|scottish|german|austrian|swiss|french|italian|spanish|portuguese|dutch|belgian|danish|swedish|norwegian|finnish|polish|czech|hungarian|romanian|greek|turkish|russian|ukrainian|israeli|egyptian|nigerian|kenyan|indian|pakistani|chinese|japanese|korean|thai|vietnamese|malaysian|indonesian|philippine|singapore|australian|brazilian|mexican|argentinian|chilean|colombian';
const PHONE_WORDS =
  'phones?|tel|tel\\.|telephone|telefon[eo]?|teléfono|mobile|cell|cellphone|fax|call|calling|dial|whatsapp|sms|text me|reach (?:me|us|him|her|them)|contact (?:me|us|number)|hotline|answering at|messages to|handy|handynummer|rufnummer|' +
  'celular|m[oó]vil|tlf|téléphone|tél|cellulare|numéro|my number|(?:my|his|her|our|their|the|an?) (?:' +
  NATIONS +
  '|office|home|work|daytime|evening|private|emergency|landline|local|other|new|old) number|message (?:to|on|at)|text (?:to|him|her|us|them)(?: at| on)?';
/** Area codes of the North American Numbering Plan that are assigned (United States, Canada, toll-free). */
const NANP =
  '(?:2(?:0[1-9]|1[02-9]|2[03-9]|3[14-69]|4[089]|5[0-467]|6[02379]|7[02-469]|8[139])|3(?:0[1-9]|1[02-9]|2[013-79]|3[0-24679]|4[1367]|5[0-4]|6[013-5789]|8[0256])|4(?:0[1-9]|1[02-9]|2[3-58]|3[0-24578]|4[023578]|5[08]|6[3489]|7[024589]|8[04])|5(?:0[1-9]|1[02-9]|20|3[0149]|4[018]|5[179]|6[1-47]|7[0-59]|8[0-24-7])|6(?:0[1-9]|1[02-9]|2[03689]|3[0169]|4[01567]|5[01679]|6[0-279]|7[28]|8[0-369])|7(?:0[1-9]|1[2-9]|2[04-8]|3[0-2478]|4[02378]|5[347]|6[02359]|7[0-589]|8[0-256])|8(?:0[0-8]|1[02-9]|2[01568]|3[0-3589]|4[03-578]|5[04-9]|6[02-7]|7[023789]|88)|9(?:0[1-9]|1[02-9]|2[0589]|3[0146-8]|4[0-357-9]|5[12469]|7[0-3589]|8[03-69]))';

/** A date, with an hour behind it or not. */
const DATE =
  /^(?:\d{1,2}([.-])\d{1,2}\1(?:19|20)?\d{2}|(?:19|20)\d{2}([.-])(?:0?[1-9]|1[0-2])\2(?:0?[1-9]|[12]\d|3[01]))(?:$| \d{1,2}$)/;
/** A fraction; one digit, a dot and ten digits may be a number of North America with its country. */
export const FRACTION = /^(?:0\.\d+|\d\.(?!\d{10}$)\d{4,})$/;
const DIGITS = '\\(?\\d[\\d .,-]{4,20}\\d';
/**
 * A number behind a word for phones that is none: an argument of a function that is called, an amount of money, a count. Has no group: what
 * it takes is no finding.
 */
export const NO_PHONE =
  `${COUNT_OF_KEY}|${OF_A_CALL}|` +
  `(?i:\\b(?:call|calls|calling)(?: [a-z_][\\w.]{0,40})?)\\(\\d{4,}\\)|` +
  `(?i:\\b(?:${PHONE_WORDS})s?\\b(?:[ :]{1,3}(?:an? |the )?|[^\\n\\d]{0,20}?)${DIGITS} ?(?:eur|usd|gbp|chf|euros?|dollars?|pounds|[€$£]|users|customers|subscribers|times|calls|minutes|files|units|devices))|` +
  `(?i:\\b(?:phone|mobile|cell|sms|call|fax)s? (?:costs?|prices?|users?|customers?|subscribers?|subscriptions?|sales|revenue|devices|traffic|minutes|volume)\\b[ :=]{0,3}${DIGITS})`;
/** Numbers of lotteries and parts of colours: groups of digits with a zero before. Has no group. */
const DRAWN =
  '(?i:\\b(?:lotto|loto|lottery|euromillions|powerball|keno|bingo|rgba?|hsla?|cmyk)\\b)(?: (?i:numbers|draw|results?))?[ :=(]{0,3}\\d[\\d ,.-]{4,40}';
function isPhone(match: string): boolean {
  const digits = match.replace(/(?:x|ext).*$/i, '').replace(/\D/g, '');
  return digits.length >= 7 && digits.length <= 15 && !uniform(digits);
}

/** Groups of digits beyond the maximum length of a phone number (ITU-T E.164: 15 digits) belong to the following text. */
function phoneLength(match: string): number {
  let kept = match.replace(/ ?(?:x|ext).*$/i, '');
  if (kept.replace(/\D/g, '').length <= 15) return match.length;
  while (kept.replace(/\D/g, '').length > 15) {
    const shorter = kept.replace(/[ .-]+\d+$/, '');
    if (shorter === kept) return 0;
    kept = shorter;
  }
  return kept.length;
}

export const PHONE_RULES: readonly EntityRule[] = [
  {
    entity: 'PHONE',
    source: `${LEFT_OPEN}(\\+[1-9]\\d{0,2}[ .-]{0,2}(?:\\(\\d{1,4}\\)[ .-]{0,2})?\\d{1,5}(?:[ .-]?\\d{2,5}){1,5}(?: ?(?:x|ext\\.? ?)\\d{1,6})?)\\b`,
    score: 0.85,
    group: 1,
    keep: phoneLength,
    validate: isPhone,
  },
  {
    entity: 'PHONE',
    source: `${OTHER_NUMBER}|${LEFT_ALONE}((?:(?:001|1)[ .-])?(?:\\(\\d{3}\\)[ .-]?|\\d{3}[.-])\\d{3}[ .-]\\d{4}(?: ?(?:x|ext\\.? ?)\\d{1,6})?)(?:$|[^\\w.-]|[.-](?:$|\\D))`,
    score: 0.8,
    group: 1,
    keep: phoneLength,
    validate: isPhone,
  },
  // Groups with spaces alone are any number: the area must be one, and no further digits may follow.
  {
    entity: 'PHONE',
    source: `${OTHER_OR_COUNT}|${LEFT_ALONE}((?:1 )?${NANP} [2-9]\\d{2}[ -]\\d{4}(?: ?(?:x|ext\\.? ?)\\d{1,6})?)(?:$|[^\\w .-]|[ .-](?:$|\\D))`,
    score: 0.7,
    group: 1,
    keep: phoneLength,
    validate: isPhone,
  },
  {
    entity: 'PHONE',
    source: `${DRAWN}|${OTHER_NUMBER}|${LEFT_ALONE}(\\(?0[1-9]\\d{0,3}\\)?(?:[ .-]\\d{2,4}){2,4}|07\\d{3} ?\\d{6}|0[6-9]\\d{4} \\d{5}|8 ?\\(\\d{3}\\) ?\\d{3}-\\d{2}-\\d{2}|\\(\\d{2}\\) ?9\\d{4}-\\d{4}|0[59]\\d{9}|0[1-9](?:[ .]\\d{2}){4})(?:$|[^\\w-]|-(?:$|\\D))`,
    score: 0.7,
    group: 1,
    validate: (match) =>
      isPhone(match) &&
      digitsOf(match).length >= 9 &&
      !isSequence(match) &&
      !/^\d{2}[.-]\d{2}[.-]\d{4}/.test(match),
  },
  {
    entity: 'PHONE',
    source: `${NO_PHONE}|${after(
      PHONE_WORDS,
      '0\\d{2,5}/\\d{4,9}|\\(?\\d{1,5}\\)?(?:[ .-]?\\d{2,5}){1,5}(?: ?(?:x|ext\\.? ?)\\d{1,6})?',
      20,
    ).replace('[^\\n]{0,20}?\\b(', '(?:[^\\n]{0,20}?|[: ]{0,3}\\n[ \\t]{0,4})(')}`,
    score: 0.7,
    group: 1,
    keep: phoneLength,
    validate: (match) => isPhone(match) && !isSequence(match) && !DATE.test(match) && !FRACTION.test(match),
  },
];
