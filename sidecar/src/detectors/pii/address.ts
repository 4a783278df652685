import { WORD } from './name-words.ts';
import type { EntityRule } from './rule.ts';

const KEYS =
  '(?:(?:street|home|mailing|billing|shipping|postal|delivery|residential|work|physical)[ _-]?)?address(?:[ _-]?(?:line)?[ _-]?[1-3])?|street(?:[ _-]?name)?|addr[1-3]?|address[ _-]?street';
const WAYS =
  'street|st|avenue|ave|road|rd|lane|ln|drive|dr|court|ct|boulevard|blvd|way|place|pl|terrace|square|sq|parkway|pkwy|highway|hwy|circle|cir|trail|close|crescent|crossing';
const UNIT = '(?:,? ?(?i:apartment|apt|suite|ste|unit|floor|fl|#)\\.? ?#?[0-9A-Za-z-]{1,6})?';
const ABROAD =
  '(?:rue|avenue|boulevard|place|calle|c/|avenida|av\\.?|plaza|paseo|via|viale|piazza|rua|r\\.|travessa|ul\\.|ulica|al\\.)';
const NUMBER = '[0-9]{1,5}[A-Za-z]?(?:[-/][0-9]{1,4})?';
const TOWN = `(?:,? ?\\n? ?${WORD}(?: ${WORD}){0,2},? ?\\n? ?(?:[A-Z]{2})?,? ?[0-9]{5}(?:-[0-9]{4})?)?`;

/** Postal addresses, by keys of JSON and forms and by words for streets. */
const FORMS: readonly Omit<EntityRule, 'entity' | 'group'>[] = [
  {
    source: `["'](?i:${KEYS})["'] ?: ?["']([^"'\\n\\\\]{4,120})["']`,
    score: 0.9,
    validate: (match: string) => /\d/.test(match) && /\p{L}{2}/u.test(match) && !/[@]|:\/\//.test(match),
  },
  {
    source: `(?:^|[^\\w.-])(${NUMBER} (?:[NSEW]\\.? )?(?:[0-9]{1,3}(?:st|nd|rd|th) |${WORD} ){1,4}(?i:${WAYS})\\b\\.?${UNIT}${TOWN})`,
    score: 0.8,
  },
  {
    source: `(?:^|[^\\w.-])(${WORD}(?:[ -]${WORD}){0,3}(?i:straße|strasse|str\\.|gasse|weg|platz|allee|straat|laan|gatan|vägen|gade|vej) ${NUMBER})`,
    score: 0.8,
  },
  {
    source: `(?:^|[^\\w.-])((?:${NUMBER},? )?(?i:${ABROAD}) (?:(?i:de|du|des|la|le|del|della|da|do|dos) ){0,2}${WORD}(?: (?:(?i:de|du|des|la|le|del|da|do) ){0,2}${WORD}){0,3}(?:,? ${NUMBER})?)`,
    score: 0.7,
    validate: (match: string) => /\d/.test(match),
  },
  {
    source: `\\b((?i:p\\.? ?o\\.? box) ?#?[0-9]{1,6}${TOWN})`,
    score: 0.8,
  },
];

export const ADDRESS_RULES: readonly EntityRule[] = FORMS.map((form) => ({
  ...form,
  entity: 'ADDRESS',
  group: 1,
}));
