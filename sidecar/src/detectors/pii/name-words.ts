/** Pieces of names in running text. Upper-case letters of Latin script with their accents, and lower-case ones. */
const UPPER =
  '[A-Z\\x{C0}-\\x{D6}\\x{D8}-\\x{DE}\\x{100}\\x{106}\\x{10C}\\x{110}\\x{118}\\x{141}\\x{15A}\\x{160}\\x{17B}\\x{17D}]';
const LOWER = '[a-z\\x{DF}-\\x{F6}\\x{F8}-\\x{17F}]';
/** `Anna`, `O’Neil`, `McKay`, `Jean-Luc`. */
export const WORD = `(?:O['’]|Mc|Mac|De|Di|La|Le|Van)?${UPPER}${LOWER}+(?:['’-]${UPPER}${LOWER}+)*`;
const PARTICLE = '(?:van|von|de|da|di|del|della|der|den|ten|dos|du|la|le|bin|al|el|ibn|y)';
/** One to four words, with initials and particles. */
export const NAME = `${WORD}(?: (?:${PARTICLE} ){0,2}${WORD}| ${UPPER}\\.?(?: ${WORD})?){0,3}`;
/** Two or three words. */
export const FULL_NAME = `${WORD} (?:${UPPER}\\.? |${PARTICLE} ){0,2}${WORD}`;
/** Of a form: any letters, in any case. */
export const WRITTEN = `${UPPER}[\\p{L}'’.-]{1,30}(?: [\\p{L}'’.-]{1,30}){0,4}`;

/** Words of organisations, places and things that are named after persons. */
const THING =
  /(?: |^)(?:Inc|Ltd|LLC|Corp|Company|Group|University|College|School|Street|St|Ave|Avenue|Road|Rd|Lane|Drive|Court|Boulevard|Park|Hospital|Bank|Center|Centre|Airport|Institute|Association|Foundation|Church|Award|Prize|County|City|Islands?|River|Lake|Mount|Beach|Valley|Hotel|Square|Place|Way|Bridge|House|Republic|Kingdom|States|Times|Post|Journal|Act|Law|Theorem|Day|Week|Festival|Cup|League|Orchestra|Novel)\b/;
const PLACES = set(
  'denver houston columbus dallas charlotte austin india china chad kenya german germany jordan israel georgia virginia carolina florida paris london sydney victoria phoenix madison jackson lincoln cuba africa asia america france spain italy ireland troy savannah dakota montana tennessee arizona indiana vietnam orlando raleigh memphis cleveland arlington alexandria malaysia santa san los las rio',
);
/** They begin sentences, letters and weeks, and no name. */
const OTHERS = set(
  'the a an in on at to for of and or but if when while as by from with he she it we they you i my your his her their our this that these those there here what who where why how is are was were do does did has have had can could would should will may might must please thanks thank dear hi hello hey yes no not so then than also just now monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december mr mrs ms miss dr prof sir madam all team customer hiring everyone everybody friend friends world support sales colleague colleagues',
);

function set(words: string): ReadonlySet<string> {
  return new Set(words.split(' '));
}

/** Number of code units of a match that are a name: without words behind it that are none; 0 if it begins with one, or names a thing. */
export function nameLength(match: string): number {
  const words = match.split(' ');
  const first = lower(words[0]);
  if (OTHERS.has(first) || PLACES.has(first) || THING.test(match)) return 0;
  while (words.length > 1 && OTHERS.has(lower(words.at(-1)))) words.pop();
  return words.join(' ').length;
}

function lower(word = ''): string {
  return word.toLowerCase();
}
