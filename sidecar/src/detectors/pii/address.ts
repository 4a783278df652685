import { WORD } from './name-words.ts';
import type { EntityRule } from './rule.ts';
import {
  isBeforeFlat,
  isBlock,
  isCompoundStreet,
  isEnglishStreet,
  isLedTo,
  isNumberedStreet,
  isRomanceStreet,
} from './street.ts';

const KEYS =
  '(?:(?:street|home|mailing|billing|shipping|postal|delivery|residential|work|physical)[ _-]?)?address(?:[ _-]?(?:line)?[ _-]?[1-3])?|street(?:[ _-]?name)?|addr[1-3]?|address[ _-]?street';
const WAYS =
  'street|st|avenue|ave|road|rd|lane|ln|drive|dr|court|ct|boulevard|blvd|way|place|pl|terrace|square|sq|parkway|pkwy|highway|hwy|circle|cir|trail|close|crescent|crossing';
const UNIT = '(?:,? ?(?i:apartment|apt|suite|ste|unit|floor|fl|#)\\.? ?#?[0-9A-Za-z-]{1,6})?';
const ABROAD =
  '(?:rue|avenue|boulevard|place|calle|c/|avenida|av\\.?|plaza|paseo|via|viale|piazza|rua|r\\.|travessa|ul\\.|ulica|al\\.)';
const NUMBER = '[0-9]{1,5}[A-Za-z]?(?:[-/][0-9]{1,4})?';

/** Times, days and versions. */
const NO_STREET =
  /^(?:\d{1,2} )?(?:AM|PM|Noon|Midnight|January|February|March|April|May|June|July|August|September|October|November|December|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|Version|Section|Chapter|Page|Room|Gate|Terminal|Platform)\b/;
/** A new part or line of an address; forms and quotations put signs before their lines. */
const NEXT = '(?:,? {1,2}|[ ,]{0,3}\\n[ \\t?>|*,-]{0,12})';
const LINE = '[ ,]{0,3}\\n[ \\t?>|*,-]{0,12}';
/** Letters of any script, apostrophes, hyphens and full stops. In this form the automaton stays small. */
const LETTERS = "[A-Za-z'.\\x{2d}\\x{c0}-\\x{10ffff}]*";
const ANY_WORD = `[A-Za-z\\x{c0}-\\x{10ffff}]${LETTERS}`;
const UPPER_WORD = `[A-Z\\x{c0}-\\x{de}\\x{100}\\x{106}\\x{10c}\\x{110}\\x{118}\\x{141}\\x{15a}\\x{160}\\x{17b}\\x{17d}\\x{391}-\\x{3a9}]${LETTERS}`;
/** A word of a street, with a capital, or between two of those. */
const STREET_WORD = `(?:${UPPER_WORD}|(?:de|du|des|la|le|les|del|della|da|do|dos|di|den|der|van|von|of|the|y|e|et|u\\.|ul\\.) ?)`;
const HOUSE = '[0-9]{1,5}[A-Za-z]?(?:[-/][0-9]{1,4}[A-Za-z]?)?';
const FLAT = '(?i:apartment|apt|suite|ste|unit|appt|flat)\\.? ?#?[0-9][0-9A-Za-z-]{0,5}';
const UPPER_WORDS = `${UPPER_WORD}(?: ${UPPER_WORD}){0,3}`;
/** Town, state and country: up to a postal code, */
const CODED = `(?:${NEXT}${ANY_WORD}(?: ${ANY_WORD}){0,3}){0,3}${NEXT}[0-9]{4,5}(?:-[0-9]{4})?`;
/** or words with capitals: behind a flat as they come, else behind commas, since the next sentence or line may be another matter. */
const PLACE = `(?:${CODED}|(?:,[ \\n]{1,8}${UPPER_WORDS}){1,3})?`;
const FLAT_PLACE = `(?:${CODED}|(?:${NEXT}${UPPER_WORDS}){1,3})?`;
/** What may follow a house and its street. */
const TAIL = `(?:${NEXT}${FLAT}${FLAT_PLACE}|${PLACE})`;
const STREET_ABROAD = `(?i:${ABROAD}) (?:(?i:de|du|des|la|le|del|della|da|do|dos) ){0,2}${WORD}(?: (?:(?i:de|du|des|la|le|del|da|do) ){0,2}${WORD}){0,3}`;
/** Words that lead to an address, */
const HOMES =
  '(?:address|adresse|anschrift|dirección|indirizzo|endereço)(?: (?:is|to|with|of [A-Za-z .]{1,30} is|to the same))?:?|live[sd]? (?:at|on|in)|living at|offices? (?:is|are) (?:at|located at)|stop is on|station is on|enter on|wohnt in|habite(?: au)?|vive en|abita in';
/** and such that lead to other places and things too. */
const CUES =
  'located (?:at|on|in)|meet (?:me|you|us) at|taxi to|arrived at|return to|deliver(?:ed)? to|ship(?:ped)? (?:it |this )?to|mail(?:ed)? to|moved to|off at';

/** Postal addresses, by keys of JSON and forms, by words for streets, flats and boxes, and behind words that lead to them. */
const FORMS: readonly Omit<EntityRule, 'entity' | 'group'>[] = [
  {
    source: `["'](?i:${KEYS})["'] ?: ?["']([^"'\\n\\\\]{4,120})["']`,
    score: 0.9,
    validate: (match: string) =>
      /\d/.test(match) &&
      /\p{L}{2}/u.test(match) &&
      /[\s\x80-\uffff]/.test(match) &&
      !/[@]|:\/\//.test(match),
  },
  {
    source: `(?:^|[^\\w.-])(${NUMBER} (?:[NSEW]\\.? )?(?:[0-9]{1,3}(?:st|nd|rd|th) |${WORD} ){1,4}(?i:${WAYS})\\b\\.?${UNIT}${PLACE})`,
    score: 0.8,
    validate: isEnglishStreet,
  },
  {
    source: `(?:^|[^\\w.-])((?:${HOUSE} )?${WORD}(?:[ -]${WORD}){0,3}[ -]?(?i:straße|strasse|str\\.|gasse|weg|platz|allee|straat|steenweg|laan|plein|kade|gatan|vägen|gade|vej|veien|katu|ntie|kuja|brücke) ${NUMBER}${TAIL})`,
    score: 0.8,
    validate: isCompoundStreet,
  },
  {
    source: `(?i:\\bet al\\.)|(?:^|[^\\w.-])((?:(?:${HOUSE},? ){1,2}${STREET_ABROAD}(?:,? ${NUMBER})?|${STREET_ABROAD},? ${NUMBER})${TAIL})`,
    score: 0.7,
    validate: isRomanceStreet,
  },
  { source: `\\b((?i:p\\.? ?o\\.? box) ?#?[0-9]{1,6}${PLACE})`, score: 0.8 },
  // Military: box, ship or unit, and the post office.
  {
    source: `(?:^|[^\\w.-])((?i:(?:psc|cmr|unit) [0-9]{1,5},? box [0-9]{1,5}|us(?:s|nv|ns|cgc) ${ANY_WORD})${NEXT}(?i:[afd]po),? (?i:a[aep]) [0-9]{5})`,
    score: 0.9,
  },
  // A house, and a flat: on the same line words have capitals.
  {
    source: `(?:^|[^\\w.-])(${HOUSE}(?:,? ${HOUSE})?(?: ${STREET_WORD}){1,6}(?:,? ${HOUSE})?${NEXT}${FLAT}${FLAT_PLACE}|${HOUSE}(?: ${ANY_WORD}| ${HOUSE}){1,7}${LINE}${FLAT}${FLAT_PLACE}|(?i:apt|appt)\\. [0-9]{1,5} ${HOUSE}(?: ${STREET_WORD}){1,6}(?:,? ${HOUSE})?${PLACE})`,
    score: 0.8,
    validate: isBeforeFlat,
  },
  // A house on a line, and a postal code at the end of the next ones.
  {
    source: `(?:^|\\n|: {0,8}| )(${HOUSE}(?: ${STREET_WORD}| ${HOUSE}){1,7}(?:${LINE}${ANY_WORD}(?:,? ${ANY_WORD}){0,3}){1,4} [0-9]{4,5}|${HOUSE}(?: ${STREET_WORD}| ${HOUSE}){1,7}(?:${LINE}${ANY_WORD}(?:,? ${ANY_WORD}){0,3}){1,4}${LINE}[0-9]{4,5})(?:$|[^0-9])`,
    score: 0.7,
    validate: isBlock,
  },
  {
    source: `(?i:\\b(?:${HOMES}|${CUES}))[ \\n]{1,4}(${HOUSE}(?:,? ${HOUSE})?(?: ${STREET_WORD}){1,6}(?:,? ${HOUSE}${TAIL}|, ${UPPER_WORD}(?: ${UPPER_WORD}){0,3}(?:, ${UPPER_WORD}(?: ${UPPER_WORD}){0,2})?(?: [0-9]{4,5})?))`,
    score: 0.7,
    validate: (match: string) => !NO_STREET.test(match) && isLedTo(match),
  },
  {
    source: `(?i:\\b(?:${HOMES}))[ \\n]{1,4}((?:${UPPER_WORD} ){1,4}${HOUSE}${TAIL})`,
    score: 0.7,
    validate: (match: string) => !NO_STREET.test(match) && isNumberedStreet(match),
  },
];

export const ADDRESS_RULES: readonly EntityRule[] = FORMS.map((form) => ({
  ...form,
  entity: 'ADDRESS',
  group: 1,
}));
